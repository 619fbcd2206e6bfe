import { errorText, redactor, toDisplayLink, toDisplayText } from '../../../nodes/Segmind/api/text';

/** Built, so that no scanner takes it for a real one. */
const KEY = `SG_${'0123456789abcdef'}`;
const OTHER_KEY = `${'f3a9'.repeat(4)}-team+eu.$&`;

const redact = (text: string): string => redactor(OTHER_KEY)(text);
const json = (body: unknown): string => JSON.stringify(body);
const textOf = (body: string): string => errorText(Buffer.from(body), redact);

/** Every form in which an error text was seen. */
const FORMS: ReadonlyArray<[form: string, toBody: (text: string) => string]> = [
	['an error', (text) => json({ error: text })],
	['an error with a message', (text) => json({ error: { message: text, code: 7 } })],
	['a message beside an empty error', (text) => json({ error: ' ', message: text, status: 'failed' })],
	['a list of details', (text) => json({ detail: [{ loc: ['body'], msg: text, type: 'value' }] })],
	['a description beside a code', (text) => json({ error: 'code', error_description: text })],
	['an error of a flow', (text) => json({ error_message: { message: text } })],
	['a JSON string', json],
	['HTML', (text) => `\n<!DOCTYPE html><head><title>x</title></head><h1>${text}</h1><script>run()</script>`],
	['HTML with styles', (text) => `<html><style type="a">p\n{}</style><p>\r\n${text}</p></html>`],
];

it.each(FORMS)('shows %s in one line of at most 300 characters, and never a key', (_, toBody) => {
	expect(textOf(toBody('Key is unknown'))).toBe('Key is unknown');
	const keys = `Keys ${KEY}, ${OTHER_KEY} and ${OTHER_KEY.toUpperCase()}!`;
	expect(textOf(toBody(keys))).toBe('Keys SG_…, … and …!');
	for (const long of ['word '.repeat(5000), 'x'.repeat(64 * 1024), '狐'.repeat(5000)]) {
		expect(textOf(toBody(long))).toMatch(/^\S[^\n]{290,297}\S…$/);
	}
});

it.each([
	[`one\ntwo\r\n\t${KEY} three`, 'one two SG_… three'],
	['<p>a</p><p>b</p><script>x</script>c', 'a b c'],
	[json({ detail: [{ msg: 'first' }, { loc: [] }, { msg: 'second' }] }), 'first; second'],
	[json({ status: 'QUEUED', id: 7 }), '{"status":"QUEUED","id":7}'],
	['42', '42'],
	['{"error":', '{"error":'],
	[`\ufeff${json({ error: 'x' })}`, 'x'],
	['a\0b\u0007c\u202ed\u2066e\u2028f\u2029g\ud83e', 'a b c d e f g\ufffd'],
	[json({ error: 'Недостаточно می\u200cخواهم' }), 'Недостаточно می\u200cخواهم'],
	[json({ error: 'must be <= 1440 and >= 256' }), 'must be <= 1440 and >= 256'],
	['<p>Don&#39;t &amp; won&quot;t&nbsp;&lt;3&gt; &amp;lt;</p>', 'Don\'t & won"t <3> &lt;'],
	['x'.repeat(300), 'x'.repeat(300)],
	['x'.repeat(301), `${'x'.repeat(299)}…`],
	[json({ error: '🦊'.repeat(400) }), `${'🦊'.repeat(299)}…`],
	[`${'x'.repeat(298)} xxx`, `${'x'.repeat(298)}…`],
	...['', ' \r\n', 'null', '""', '{}', ' { }\n', '<html></html>', '<!-- x -->'].map((body) => [body, '']),
])('reads %.60j as %.60j', (body = '', text = '') => {
	expect(textOf(body)).toBe(text);
});

it('never shows half a key at the cut, stops at eight levels of JSON, and survives bytes that are no text', () => {
	for (const length of [4000 - 10, 290]) {
		expect(textOf(`${'x'.repeat(length)} ${KEY}`)).not.toContain('0123');
		expect(textOf(`<p>${' '.repeat(length)}${OTHER_KEY}`)).not.toContain('f3a9');
	}
	const nested = (levels: number): unknown => (levels === 0 ? 'deep' : { error: nested(levels - 1) });
	expect(textOf(json(nested(8)))).toBe('deep');
	expect(textOf(json(nested(9)))).toContain('{"error":');
	expect(textOf(`${'['.repeat(20_000)}${']'.repeat(20_000)}`)).toMatch(/^\[{299}…$/);
	const bytes = Buffer.from([0xff, 0xfe, 0x00, 0x80, 0x41, 0xc3]);
	expect(errorText(bytes, redact)).toMatch(/^[^\p{Cc}]*A[^\p{Cc}]*$/u);
});

it.each(['<', '<script ', '< ', '{"error":'])('reads a body of nothing but %j at once', (piece) => {
	const start = performance.now();
	textOf(piece.repeat(65_536 / piece.length));
	expect(performance.now() - start).toBeLessThan(500);
});

it('redacts what looks like a key when there is none, and cuts links at 2,000 characters', () => {
	expect(redactor('')(`all of ${KEY}, and the rest`)).toBe('all of SG_…, and the rest');
	const link = `https://a.example/${OTHER_KEY}/${'x'.repeat(3000)}`;
	expect(toDisplayLink(link, redact)).toMatch(/^.{19}\/x{1979}…$/);
	expect(toDisplayText('a fox', redact, 3)).toBe('a…');
});
