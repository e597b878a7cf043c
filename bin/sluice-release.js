#!/usr/bin/env node
import { launch, leave } from './launch.js';

await launch('sluice-release', 'scripts/release');
leave();
