import type { Model } from './attribute';
import { flux11Pro } from './flux11Pro';
import { flux11ProUltra } from './flux11ProUltra';
import { fluxPro } from './fluxPro';

/** Used when no model is set, as in workflows saved before there was a choice. */
export const DEFAULT_MODEL = flux11Pro;

/** The choice of a model by id with a JSON body. */
export const OTHER_MODEL = 'other';

/** The models with fields of their own. */
export const MODELS: readonly Model[] = [flux11Pro, flux11ProUltra, fluxPro];
