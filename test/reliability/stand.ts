import type { EmulatorOptions } from '../emulator/emulator';
import { Emulator } from '../emulator/emulator';
import type { Fault } from '../emulator/fault';
import type { Pictures } from './pictures';

/** What a server that misbehaves may need. */
export interface Place {
	readonly pictures: Pictures;
	/** An address that the key must never be sent to. */
	readonly elsewhere: string;
	/** The key of this row. */
	readonly key: string;
}

/** A server that misbehaves, and its own account of what was asked and made. */
export interface Stand {
	readonly baseUrl: string;
	/** Prompts of the requests for an image, in the order of their arrival. */
	readonly asked: readonly string[];
	/** Prompts of the images that were made and billed. */
	readonly paid: readonly string[];
	close(): Promise<void>;
}

/** The prompt of the item that meets the fault has this word. */
export const STORM = 'storm';

/** US dollars in the account of every row. */
export const CREDITS = 10;

/** An emulator that does as ordered with every request for the image of the storm. */
export const ordered =
	(fault: Fault | ((place: Place) => Fault), options: EmulatorOptions = {}) =>
	async (place: Place): Promise<Stand> => {
		const { key, pictures } = place;
		const emulator = await Emulator.start({ key, picture: pictures.png, credits: CREDITS, ...options });
		const order = typeof fault === 'function' ? fault(place) : fault;
		emulator.order({ times: -1, ...(order.on === 'account' ? {} : { prompt: STORM }), ...order });
		return {
			baseUrl: emulator.url,
			get asked() {
				return emulator.imageRequests.map(({ body }) => String(body.prompt));
			},
			get paid() {
				return emulator.imageRequests.filter(({ paid }) => paid).map(({ body }) => String(body.prompt));
			},
			close: async () => await emulator.close(),
		};
	};

/** Nobody is there. */
export const unreachable = (baseUrl: string) => async (): Promise<Stand> => ({
	baseUrl,
	asked: [],
	paid: [],
	close: async () => undefined,
});
