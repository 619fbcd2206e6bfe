import { LISTED } from './catalog';

/** Returns a list of models like the emulator's, but as long as Segmind's: 500 models, over 1 MB of JSON. */
export function longList(): object {
	const entries = Object.values(LISTED).map(({ entry }) => entry);
	const models = Array.from({ length: 500 }, (_, index) => ({
		...entries[index % entries.length],
		slug: `model-${index}`,
		title: `Model ${index}`,
		description: 'What the model does and is good for. '.repeat(50),
		is_visible: true,
		is_depreciated: false,
	}));
	return { models };
}
