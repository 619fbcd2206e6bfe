import { generateKeyPairSync, randomBytes, sign } from 'node:crypto';

/** A key, and a certificate that nobody but itself vouches for, both as PEM. */
export interface SelfSigned {
	readonly key: string;
	readonly cert: string;
}

/** DER (ITU X.690): tag, length, contents. */
function der(tag: number, ...contents: readonly Buffer[]): Buffer {
	const body = Buffer.concat(contents);
	const size = body.length;
	const length = size < 128 ? [size] : size < 256 ? [0x81, size] : [0x82, size >> 8, size & 0xff];
	return Buffer.concat([Buffer.of(tag, ...length), body]);
}

const sequence = (...contents: readonly Buffer[]): Buffer => der(0x30, ...contents);

/** A date as UTCTime. */
const time = (date: Date): Buffer =>
	der(0x17, Buffer.from(`${date.toISOString().replaceAll(/[-:T]/g, '').slice(2, 14)}Z`));

const ECDSA_SHA256 = sequence(der(0x06, Buffer.from('2a8648ce3d040302', 'hex')));
const COMMON_NAME = der(0x06, Buffer.from('550403', 'hex'));

/** Makes a certificate (RFC 5280) for this machine, valid for a day that ends in so many days. */
export function selfSigned(daysLeft: number): SelfSigned {
	const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
	const name = sequence(der(0x31, sequence(COMMON_NAME, der(0x0c, Buffer.from('127.0.0.1')))));
	const end = Date.now() + daysLeft * 86_400_000;
	const body = sequence(
		der(0xa0, der(0x02, Buffer.of(2))),
		der(0x02, Buffer.concat([Buffer.of(1), randomBytes(8)])),
		ECDSA_SHA256,
		name,
		sequence(time(new Date(end - 2 * 86_400_000)), time(new Date(end))),
		name,
		publicKey.export({ type: 'spki', format: 'der' }),
	);
	const signature = der(0x03, Buffer.of(0), sign('sha256', body, privateKey));
	const lines = sequence(body, ECDSA_SHA256, signature)
		.toString('base64')
		.match(/.{1,64}/g);
	return {
		key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
		cert: ['-----BEGIN CERTIFICATE-----', ...(lines ?? []), '-----END CERTIFICATE-----', ''].join('\n'),
	};
}
