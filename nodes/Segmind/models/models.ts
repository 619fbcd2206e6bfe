import type { Model } from './attribute';
import { flux11Pro } from './flux11Pro';
import { flux11ProUltra } from './flux11ProUltra';
import { fluxKontextPro } from './fluxKontextPro';
import { fluxPro } from './fluxPro';

/** The models that make images from text. The first one is the default. */
export const MODELS: readonly [Model, ...Model[]] = [flux11Pro, flux11ProUltra, fluxPro];

/** The models that change a picture. The first one is the default. */
export const EDIT_MODELS: readonly [Model, ...Model[]] = [fluxKontextPro];

/** Returns what a model typically costs in US dollars, where the node has a table for it. */
export const priceOf = (id: string): number | undefined =>
	[...MODELS, ...EDIT_MODELS].find((model) => model.id === id)?.price;
