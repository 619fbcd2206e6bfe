import type { Model } from './attribute';
import { flux11Pro } from './flux11Pro';
import { flux11ProUltra } from './flux11ProUltra';
import { fluxPro } from './fluxPro';

/** What is taken where no model was chosen, as in workflows that were saved before there was a choice. */
export const DEFAULT_MODEL = flux11Pro;

/** The choice that takes an id and a body of one's own. */
export const OTHER_MODEL = 'other';

/** The models that the form knows. */
export const MODELS: readonly Model[] = [flux11Pro, flux11ProUltra, fluxPro];
