import type { Fault } from '../../emulator/fault';
import type { Cause } from '../meanings';
import { CREDITS, ordered } from '../stand';
import type { Expected, Trial } from '../trial';
import { DELIVERED } from './expected';

/** US dollars: far enough below the balance for every image of a row. */
const LOW_FLOOR = CREDITS - 1;

/** US dollars: the balance has room for two images above it. */
const HIGH_FLOOR = CREDITS - 0.1;

const remaining = (name: string, header: string | null, expected: Partial<Expected>): Trial => ({
	name: `the balance after the image is told as: ${name}`,
	group: 'money',
	expected: { ...DELIVERED, ...expected },
	stand: ordered({ headers: { 'x-remaining-credits': header } }),
	options: { minimumRemainingCredits: LOW_FLOOR },
});

const untold = { tells: { remainingCredits: null } };

const balances: readonly Trial[] = [
	remaining('not at all', null, untold),
	remaining('nothing', '', untold),
	remaining('NaN', 'NaN', untold),
	remaining('Infinity', 'Infinity', untold),
	remaining('-Infinity', '-Infinity', untold),
	remaining('1e999', '1e999', untold),
	remaining('"9,95"', '9,95', untold),
	remaining('"a lot"', 'a lot', untold),
	remaining('less than nothing', '-3', { tells: { remainingCredits: -3 }, holds: 'credits' }),
	remaining('0', '0', { tells: { remainingCredits: 0 }, holds: 'credits' }),
	remaining('someone else spent, one cent above the floor', '9.01', { holds: 'credits' }),
	remaining('someone else spent, one image above the floor', '9.05', {}),
];

const costs: readonly Trial[] = [null, '', 'NaN', 'free', 'Infinity', '1e999', '0', '-1'].map((header) => ({
	name: `the cost is told as: ${header === null ? 'not at all' : header === '' ? 'nothing' : header}; two images fit above the floor`,
	group: 'money',
	expected: { ...DELIVERED, affords: 2 },
	stand: ordered({ headers: { 'x-cost': header } }),
	options: { minimumRemainingCredits: HIGH_FLOOR },
}));

const nobody = (cause: Cause): Expected => ({ cause, requests: 0, meetsAll: true });

const text = (body: string): Fault => ({ bytes: Buffer.from(body).toString('base64') });

/** What the balance may be told as, before the first image. */
const asked: ReadonlyArray<readonly [name: string, expected: Expected, fault: Fault]> = [
	['500', nobody('server'), { status: 500, body: { error: 'oops' } }],
	['502 as HTML', nobody('server'), { status: 502, body: '<html><h1>502 Bad Gateway</h1></html>' }],
	['503 once', DELIVERED, { status: 503, times: 1 }],
	['504', nobody('server'), { status: 504 }],
	['429', nobody('rateLimit'), { status: 429, body: { error: 'slow down' } }],
	['401', nobody('credential'), { status: 401, body: { error: 'invalid_token' } }],
	['no record (404)', nobody('credits'), { status: 404, body: { error: 'No credits found for the user' } }],
	['404', nobody('endpoint'), { status: 404, body: { error: 'not here' } }],
	['a redirect', nobody('endpoint'), { status: 302, headers: { location: '/' } }],
	['reset', nobody('server'), { reset: true }],
	['cut', nobody('server'), { cut: 5 }],
	['HTML', nobody('endpoint'), { body: '<html><h1>Welcome</h1></html>' }],
	['empty', nobody('endpoint'), text('')],
	['{}', nobody('endpoint'), text('{}')],
	['null', nobody('endpoint'), text('null')],
	['NaN', nobody('endpoint'), text('{"credits":"NaN"}')],
	['1e999', nobody('endpoint'), text('{"credits":1e999}')],
	['less than nothing', nobody('credits'), text('{"credits":-5}')],
	['just below the floor', nobody('credits'), text('{"credits":9.049}')],
	['a number as text', DELIVERED, text('{"credits":"9.95"}')],
];

/** What is told of money, with a minimum that must stay in the account. */
export const moneyTrials: readonly Trial[] = [
	...balances,
	...costs,
	...asked.map(([name, expected, fault]): Trial => ({
		name: `the balance is asked for, and comes as: ${name}`,
		group: 'money',
		expected,
		stand: ordered({ on: 'account', ...fault }),
		options: { minimumRemainingCredits: LOW_FLOOR },
	})),
];
