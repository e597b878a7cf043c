import { drive } from './drive.ts';
import { MAKERS } from './makers.ts';

drive(MAKERS.gemini);
