import fc from 'fast-check';

/** JSON within JSON within JSON. */
const nested = fc
	.tuple(
		fc.constantFrom<[string, string]>(['[', ']'], ['{"error":', '}'], ['{"detail":[', ']}']),
		fc.nat(20_000),
	)
	.map(([[open, shut], depth]) => `${open.repeat(depth)}1${shut.repeat(depth)}`);

const words = fc.oneof(
	fc.json(),
	fc.record({ error: fc.jsonValue() }).map((json) => JSON.stringify(json)),
	fc
		.constantFrom('error', 'message', 'detail', 'error_message', '__proto__')
		.map((name) => `{"${name}":"busy"}`),
	fc.string({ unit: 'binary', maxLength: 500 }),
	fc.stringMatching(/^<html>(<[a-z]{0,6}>|[^<>]){0,60}$/),
	fc.constantFrom('', '{}', 'null', '[]', '<', '{"error":', '\u0000', 'data:image/png;base64,AAAA'),
	nested,
);

/** What befalls the bytes of a real picture. */
type Change =
	| { readonly kind: 'flip'; readonly at: number; readonly bit: number }
	| { readonly kind: 'cut'; readonly at: number }
	| { readonly kind: 'insert'; readonly at: number; readonly bytes: Uint8Array }
	| { readonly kind: 'remove'; readonly at: number; readonly length: number };

/** Headers are where most can go wrong, so half of all changes are there. */
const at = fc.oneof(fc.nat(64), fc.nat(4000));

const change: fc.Arbitrary<Change> = fc.oneof(
	{ weight: 4, arbitrary: fc.record({ kind: fc.constant('flip' as const), at, bit: fc.nat(7) }) },
	{ weight: 1, arbitrary: fc.record({ kind: fc.constant('cut' as const), at }) },
	{
		weight: 2,
		arbitrary: fc.record({
			kind: fc.constant('insert' as const),
			at,
			bytes: fc.uint8Array({ maxLength: 20 }),
		}),
	},
	{
		weight: 2,
		arbitrary: fc.record({
			kind: fc.constant('remove' as const),
			at,
			length: fc.integer({ min: 1, max: 40 }),
		}),
	},
);

function changed(bytes: Buffer, each: Change): Buffer {
	const place = each.at % (bytes.length + 1);
	const before = bytes.subarray(0, place);
	switch (each.kind) {
		case 'cut':
			return before;
		case 'insert':
			return Buffer.concat([before, each.bytes, bytes.subarray(place)]);
		case 'remove':
			return Buffer.concat([before, bytes.subarray(place + each.length)]);
		case 'flip':
			if (place === bytes.length) return bytes;
			return Buffer.concat([before, Buffer.of(bytes[place]! ^ (1 << each.bit)), bytes.subarray(place + 1)]);
	}
}

/** Bodies of every kind: real pictures, pictures that something befell, words and bytes. */
export const bodyOf = (pictures: readonly Buffer[]): fc.Arbitrary<Buffer> => {
	const picture = fc.constantFrom(...pictures);
	return fc.oneof(
		{ weight: 2, arbitrary: picture },
		{
			weight: 6,
			arbitrary: fc
				.tuple(picture, fc.array(change, { minLength: 1, maxLength: 4 }))
				.map(([bytes, changes]) => changes.reduce(changed, bytes)),
		},
		{ weight: 1, arbitrary: fc.tuple(picture, picture).map((both) => Buffer.concat(both)) },
		{ weight: 3, arbitrary: words.map((text) => Buffer.from(text)) },
		{ weight: 1, arbitrary: fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)) },
	);
};
