import { blockedReason } from '../../../nodes/Segmind/api/fileUrl';

const SEGMIND = 'https://api.segmind.com';
const EMULATOR = 'http://127.0.0.1:5678';

const isFetched = (link: string): boolean => blockedReason(link, SEGMIND) === undefined;

/** One link for each host of a list. */
const linksTo = (...hosts: string[]): string[] =>
	hosts.flatMap((each) => each.split(' ')).map((host) => `https://${host}/a.png`);

it('fetches files from public hosts over https, and from the origin of the base URL', () => {
	const links = [
		'https://images.segmind.com/outputs/a%20b.webp?x=1',
		...linksTo('segmind-inference.s3.amazonaws.com files.example.com:8443 8.8.8.8 11.0.0.1 223.255.255.1'),
		...linksTo('172.15.0.1 172.32.0.1 100.63.0.1 192.167.1.1 [2606:4700::6810:84e5] [2a00:1450:4001::1]'),
		...linksTo('internal.example.com localhost.example.com'),
	];
	expect(links.filter((link) => !isFetched(link))).toEqual([]);
	expect(blockedReason(`${EMULATOR}/files/1.webp`, EMULATOR)).toBeUndefined();
	expect(blockedReason(`${SEGMIND}/files/1.webp`, `${SEGMIND}/v9`)).toBeUndefined();
});

it.each([
	[
		'anything but https',
		[
			...'http://images.segmind.com/a.png ftp://images.segmind.com/a.png file:///etc/passwd https://'.split(
				' ',
			),
			...'data:image/png;base64,AAAA javascript:alert(1) //images.segmind.com/a.png /files/1.webp'.split(' '),
			...['', 'no address'],
		],
	],
	['a user name', linksTo('user@images.segmind.com user:word@images.segmind.com')],
	[
		'a local name',
		linksTo(
			'localhost LOCALHOST localhost. localhost.. localhost.localdomain n8n a.localhost printer.local',
			'metadata.google.internal host.docker.internal kubernetes.default.svc nas.lan nas.home.arpa',
			'kubernetes.default.svc.cluster.local db.intranet db.corp',
		),
	],
	[
		'loopback in any notation',
		linksTo(
			'127.0.0.1 127.0.0.1:9 127.8.9.1 127.0.0.1. 127.1 2130706433 0x7f000001 0x7f.0.0.1 0177.0.0.1',
			'017700000001 %31%32%37.0.0.1 ①②⑦.0.0.1 127。0。0。1 0.0.0.0 0',
		),
	],
	[
		'a private IPv4 address',
		linksTo(
			'10.1.2.3 0x0a010203 172.16.0.1 172.31.255.255 192.168.0.1 169.254.169.254 2852039166 100.64.0.1',
			'100.127.0.1 192.0.0.170 198.18.0.1 198.19.0.1 224.0.0.1 240.0.0.1 255.255.255.255',
		),
	],
	[
		'a private IPv6 address, or one with IPv4 inside',
		linksTo(
			'[::1] [::] [0:0:0:0:0:0:0:1] [::ffff:127.0.0.1] [::ffff:a9fe:a9fe] [::10.0.0.1] [64:ff9b::7f00:1]',
			'[::ffff:10.0.0.1] [::ffff:c0a8:1] [::ffff:0:10.0.0.1] [64:ff9b::10.0.0.1] [64:ff9b:1::a00:1]',
			'[fdff:ffff::1] [fe80::1%25eth0] [febf::1] [2001::]',
			'[2002:7f00:1::] [2001:0:7f00:1::] [2001::1] [200:1::1] [2::1] [fc00::1] [fd12:3456::1] [fe80::1]',
			'[fec0::1] [ff02::1]',
		),
	],
])('does not fetch %s', (_, links) => {
	expect(links.filter(isFetched)).toEqual([]);
});

it.each([
	'http://127.0.0.1:5679/a.png',
	'http://localhost:5678/a.png',
	'https://127.0.0.1:5678/a.png',
	'http://user@127.0.0.1:5678.evil.example/a.png',
	'http://127.0.0.1:5678@10.0.0.1/a.png',
	'http://[::1]:5678/a.png',
	'http://127.0.0.2:5678/a.png',
])('does not fetch %s with a base URL on loopback', (link) => {
	expect(blockedReason(link, EMULATOR)).toMatch(/\w/);
});

it('names the host that it does not ask, and never a user name or word', () => {
	const why = blockedReason('https://ali:sesame@10.0.0.1/a.png', SEGMIND);
	expect(why).toContain('10.0.0.1');
	expect(why).not.toMatch(/ali|sesame/);
});
