#!/usr/bin/env node
import { launch, leave } from './launch.js';

await launch('sluice-contributor-audit', 'scripts/contributor-audit');
leave();
