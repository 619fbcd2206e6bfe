import { toImageInput, toImageInputs } from '../../../nodes/Segmind/jobs/imageInput';

const inputsOf = (value: unknown): string[] => toImageInputs(value, 'Images', 5);

it.each<[value: unknown, inputs: string[]]>([
	['data', ['data']],
	[' data , my photo ,', ['data', 'my photo']],
	['https://a.test/w_300,h_200/a.jpg', ['https://a.test/w_300,h_200/a.jpg']],
	['https://a.test/a.jpg?x=1,y=2,data', ['https://a.test/a.jpg?x=1,y=2', 'data']],
	['https://a.test/a.jpg,https://a.test/b.jpg', ['https://a.test/a.jpg', 'https://a.test/b.jpg']],
	['data,https://a.test/w_1,h_2/b.jpg, photo.png', ['data', 'https://a.test/w_1,h_2/b.jpg', 'photo.png']],
	[
		['a', 'https://a.test/1,2.jpg'],
		['a', 'https://a.test/1,2.jpg'],
	],
])('finds the pictures in %j', (value, inputs) => {
	expect(inputsOf(value)).toStrictEqual(inputs);
});

it.each<[value: unknown, message: string]>([
	['', "'Images' is empty"],
	[' , ', "'Images' is empty"],
	[[], "'Images' is empty"],
	[['a', ''], "'Images' is empty"],
	['a,b,c,d,e,f', "'Images' has 6 pictures"],
	['data:image/png;base64,AAAA', `'Images' is a data URI: "data:image/png;base64,AAAA"`],
	['["a"]', "'Images' is JSON"],
	[['data:,a'], "'Images' is a data URI"],
	[[{ mimeType: 'image/png', data: 'AAAA' }], "'Images' is a file rather than the name of its field"],
	[{ url: 'a' }, "'Images' is not a text"],
	[5, "'Images' is not a text: 5"],
	[['https://'], "'Images' is not a valid address"],
])('refuses %j', (value, message) => {
	expect(() => inputsOf(value)).toThrow(message);
});

it('takes a long signed address, and no base64', () => {
	const signed = `https://a.test/b.png?token=${'a'.repeat(7000)}`;
	expect(toImageInput(signed, 'Image')).toBe(signed);
	expect(() => toImageInput(`${signed}${'a'.repeat(2000)}`, 'Image')).toThrow('is too long for an address');
	expect(() => toImageInput('iVBORw0KGgo'.repeat(40), 'Image')).toThrow(
		'is too long for the name of a field',
	);
});
