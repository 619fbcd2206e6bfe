import { whyNotFetched } from '../../nodes/Segmind/segmind/fileUrl';
import { AVOIDED_WORDS } from './refused';

const SEGMIND = 'https://api.segmind.com';
const LOOPBACK = 'http://127.0.0.1:5678';

describe('what is fetched', () => {
	it.each([
		'https://images.segmind.com/outputs/a%20b.webp?x=1',
		'https://segmind-inference.s3.amazonaws.com/output/1.png',
		'https://files.example.com:8443/a',
		'https://8.8.8.8/a.png',
		'https://172.15.0.1/a.png',
		'https://172.32.0.1/a.png',
		'https://100.63.0.1/a.png',
		'https://11.0.0.1/a.png',
		'https://192.167.1.1/a.png',
		'https://223.255.255.1/a.png',
		'https://[2606:4700::6810:84e5]/a.png',
		'https://[2a00:1450:4001::1]/a.png',
		'https://internal.example.com/a.png',
		'https://localhost.example.com/a.png',
	])('%s is', (link) => {
		expect(whyNotFetched(link, SEGMIND)).toBeUndefined();
	});

	it("is at the base URL's own origin, whatever it is, so that a stand-in on this machine works", () => {
		expect(whyNotFetched(`${LOOPBACK}/files/1.webp`, LOOPBACK)).toBeUndefined();
		expect(whyNotFetched(`${SEGMIND}/files/1.webp`, `${SEGMIND}/v9`)).toBeUndefined();
	});
});

/** Each leads into a network of one's own, or says who one is. */
const REFUSED = [
	'http://images.segmind.com/a.png',
	'ftp://images.segmind.com/a.png',
	'file:///etc/passwd',
	'data:image/png;base64,AAAA',
	'javascript:alert(1)',
	'//images.segmind.com/a.png',
	'/files/1.webp',
	'',
	'no address',
	'https://',
	'https://user@images.segmind.com/a.png',
	'https://user:word@images.segmind.com/a.png',
	'https://localhost/a.png',
	'https://LOCALHOST/a.png',
	'https://localhost./a.png',
	'https://localhost../a.png',
	'https://localhost.localdomain/a.png',
	'https://n8n/a.png',
	'https://a.localhost/a.png',
	'https://printer.local/a.png',
	'https://metadata.google.internal/a.png',
	'https://host.docker.internal/a.png',
	'https://kubernetes.default.svc/a.png',
	'https://kubernetes.default.svc.cluster.local/a.png',
	'https://nas.lan/a.png',
	'https://nas.home.arpa/a.png',
	'https://db.intranet/a.png',
	'https://db.corp/a.png',
	'https://127.0.0.1/a.png',
	'https://127.0.0.1:9/a.png',
	'https://127.8.9.1/a.png',
	'https://127.0.0.1./a.png',
	'https://127.1/a.png',
	'https://2130706433/a.png',
	'https://0x7f000001/a.png',
	'https://0x7f.0.0.1/a.png',
	'https://0177.0.0.1/a.png',
	'https://017700000001/a.png',
	'https://%31%32%37.0.0.1/a.png',
	'https://①②⑦.0.0.1/a.png',
	'https://127。0。0。1/a.png',
	'https://0.0.0.0/a.png',
	'https://0/a.png',
	'https://10.1.2.3/a.png',
	'https://0x0a010203/a.png',
	'https://172.16.0.1/a.png',
	'https://172.31.255.255/a.png',
	'https://192.168.0.1/a.png',
	'https://169.254.169.254/latest/meta-data',
	'https://2852039166/latest/meta-data',
	'https://100.64.0.1/a.png',
	'https://100.127.0.1/a.png',
	'https://192.0.0.170/a.png',
	'https://198.18.0.1/a.png',
	'https://198.19.0.1/a.png',
	'https://224.0.0.1/a.png',
	'https://240.0.0.1/a.png',
	'https://255.255.255.255/a.png',
	'https://[::1]/a.png',
	'https://[::]/a.png',
	'https://[0:0:0:0:0:0:0:1]/a.png',
	'https://[::ffff:127.0.0.1]/a.png',
	'https://[::ffff:a9fe:a9fe]/a.png',
	'https://[::10.0.0.1]/a.png',
	'https://[64:ff9b::7f00:1]/a.png',
	'https://[2002:7f00:1::]/a.png',
	'https://[2001:0:7f00:1::]/a.png',
	'https://[2001::1]/a.png',
	'https://[200:1::1]/a.png',
	'https://[2::1]/a.png',
	'https://[fc00::1]/a.png',
	'https://[fd12:3456::1]/a.png',
	'https://[fe80::1]/a.png',
	'https://[fec0::1]/a.png',
	'https://[ff02::1]/a.png',
];

describe.each(REFUSED)('%s', (link) => {
	it('is not fetched', () => {
		expect(whyNotFetched(link, SEGMIND)).toMatch(/\w/);
	});
});

describe('a stand-in on this machine', () => {
	it.each([
		'http://127.0.0.1:5679/a.png',
		'http://localhost:5678/a.png',
		'https://127.0.0.1:5678/a.png',
		'http://user@127.0.0.1:5678.evil.example/a.png',
		'http://127.0.0.1:5678@10.0.0.1/a.png',
		'http://[::1]:5678/a.png',
		'http://127.0.0.2:5678/a.png',
	])('opens nothing else: %s', (link) => {
		expect(whyNotFetched(link, LOOPBACK)).toMatch(/\w/);
	});
});

it('names the host that it does not ask, and never a user name or word', () => {
	const word = 'sesame';
	const why = whyNotFetched(`https://ali:${word}@10.0.0.1/a.png`, SEGMIND);
	expect(why).toContain('10.0.0.1');
	expect(why).not.toMatch(/ali|sesame/);
	expect(why).not.toMatch(AVOIDED_WORDS);
});
