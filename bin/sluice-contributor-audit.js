#!/usr/bin/env node
import { launch } from './launch.js';

await launch('sluice-contributor-audit', 'scripts/contributor-audit');
