const receivers: Array<{ close(): Promise<void> }> = [];

afterEach(async () => {
	await Promise.all(receivers.splice(0).map(async (receiver) => await receiver.close()));
});

/** A receiver that is closed after its test, however that ends. */
export async function opened<Receiver extends { close(): Promise<void> }>(
	starting: Promise<Receiver>,
): Promise<Receiver> {
	const receiver = await starting;
	receivers.push(receiver);
	return receiver;
}
