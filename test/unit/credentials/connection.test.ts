import { InvalidBaseUrlError, mayCarryKey, toBaseUrl, toKey } from '../../../credentials/connection';

const words = (text: string): string[] => text.trim().split(/\s+/);

it.each([
	['https://api.segmind.com', ['  https://api.segmind.com///  ', 'HTTPS://API.Segmind.COM:443/']],
	['https://api.segmind.com', ['https://api.segmind.com/v1', 'https://api.segmind.com/V2/']],
	['https://gateway.example/v10', ['https://gateway.example/v10/v1', 'https://gateway.example/v10']],
	['https://gateway.example:8443/segmind', ['https://gateway.example:8443/segmind/']],
	['http://localhost:3000', ['http://LOCALHOST:3000/']],
	['http://127.0.0.2', ['http://127.0.0.2']],
	['http://[::1]:8080', ['http://[::1]:8080']],
])('the base URL is %s for %j', (baseUrl, entered) => {
	expect(new Set(entered.map(toBaseUrl))).toStrictEqual(new Set([baseUrl]));
});

/** Built, because a user name in an address looks like a secret. */
const withUser = (user: string, rest: string): string => `https://${user}${'@'}${rest}`;

const NOT_HTTPS = words(`
	http://api.segmind.com http://localhost.evil.test http://127.0.0.1.evil.test http://evil.test/localhost
	http://10.0.0.1 http://0.0.0.0 http://[::2] http://notlocalhost http://localhostess
	ftp://localhost file:///etc/passwd javascript:alert(1) ws://localhost`);

it.each<[problem: string, entered: unknown[]]>([
	['must start with https://', NOT_HTTPS],
	['must be a plain address', words('https://a.test?k=1 https://a.test/#x https://a.test/?')],
	['must be a plain address', ['user:word', 'user', ':word'].map((user) => withUser(user, 'a.example'))],
	['is not a web address', ['', '  ', 'api.segmind.com', '//a.example', 'https://', undefined, null, 42, {}]],
])("'Base URL' %s, unlike %j", (problem, entered) => {
	for (const value of entered) {
		const message = expect.stringMatching(`^'Base URL' ${problem}.*\\. Enter https://api\\.segmind\\.com$`);
		const error = { name: 'InvalidBaseUrlError', message, advice: 'Enter https://api.segmind.com' };
		expect(() => toBaseUrl(value)).toThrow(expect.objectContaining(error));
		expect(() => toBaseUrl(value)).toThrow(InvalidBaseUrlError);
	}
});

const LOOPBACK = 'http://127.0.0.1:8080';
const GATEWAY = 'https://gateway.example/segmind';

const OURS = words(`https://api.segmind.com/v1/flux https://segmind.com https://API.SEGMIND.COM/v1
	https://a.segmind.com#x https://api.segmind.com?to=https://evil.test ${LOOPBACK} ${LOOPBACK}/v1/x`);
const LOOKALIKES =
	words(`http://127.0.0.1:8081 https://127.0.0.1:8080 http://localhost:8080 //api.segmind.com/v1
	http://127.0.0.1:8080.evil.test https:api.segmind.com https:\\\\api.segmind.com https:\\\\evil.test\\.segmind.com
	/v1 api.segmind.com https://segmind.com.evil.test https://evilsegmind.com https://api-segmind.com
	https://evil.test/api.segmind.com https://evil.test?.segmind.com https://evil.test#.segmind.com
	https://segmind.co https://api.segmind.com. http://api.segmind.com ftp://api.segmind.com`);

it.each<[isAllowed: boolean, baseUrl: string, targets: string[]]>([
	[true, LOOPBACK, OURS],
	[true, GATEWAY, ['https://gateway.example/v1']],
	[false, LOOPBACK, LOOKALIKES],
	[false, LOOPBACK, ['', ' https://segmind.com', '\thttps://segmind.com', 'https://a.test\t/.segmind.com']],
	[false, LOOPBACK, [withUser('api.segmind.com', 'evil.test'), withUser('api.segmind.com\\', 'evil.test')]],
	[false, LOOPBACK, [withUser('evil.test\\', 'api.segmind.com')]],
	[false, GATEWAY, ['http://gateway.example', 'https://gateway.example:8443', 'https://a.gateway.example']],
])('it is %s that the key for %s may go to %j', (isAllowed, baseUrl, targets) => {
	expect(targets.filter((target) => mayCarryKey(target, baseUrl))).toStrictEqual(isAllowed ? targets : []);
});

it('sends a key without what came along when it was pasted', () => {
	const keys = [' \u200bSG_a~!\u00a0b\r\n', undefined, null, '', ' \n'];
	expect(keys.map(toKey)).toStrictEqual(['SG_a~!b', '', '', '', '']);
});
