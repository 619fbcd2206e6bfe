/* eslint-disable @n8n/community-nodes/no-restricted-imports -- waits for a page in a real browser */
import { setTimeout as wait } from 'node:timers/promises';
import type { Browser, Locator, Page } from 'playwright-core';
import { chromium, selectors } from 'playwright-core';

import type { N8n } from './n8n';
import { CHROMIUM } from './places';

const CHROMIUM_ARGUMENTS = [
	'--no-sandbox',
	'--disable-gpu',
	'--disable-quic',
	'--no-first-run',
	'--disable-background-networking',
	'--disable-component-update',
	'--disable-sync',
];

const SURROUNDINGS = `
	.el-notification, [class*="floatingNodes"] { display: none !important }
	.el-overlay, [data-test-id="ndv-backdrop"] { background: white !important; opacity: 1 !important }
`;

const MOST_LOOKS = 30;

/** Milliseconds. */
const BETWEEN_LOOKS = 500;

/** A part of the page, in its pixels. */
export interface Box {
	readonly x: number;
	readonly y: number;
	readonly width: number;
	readonly height: number;
}

/** n8n's editor in a real browser, with its owner signed in. */
export class Editor {
	private constructor(
		private readonly browser: Browser,
		readonly page: Page,
	) {}

	/** @param deviceScaleFactor pixels on the screen for each pixel of the page */
	static async open(n8n: N8n, deviceScaleFactor = 1): Promise<Editor> {
		selectors.setTestIdAttribute('data-test-id');
		const browser = await chromium.launch({ executablePath: CHROMIUM, args: CHROMIUM_ARGUMENTS });
		const viewport = { width: 1400, height: 1000 };
		const page = await browser.newPage({ baseURL: n8n.url, viewport, deviceScaleFactor });
		page.setDefaultTimeout(20_000);
		const editor = new Editor(browser, page);
		await page.goto('/signin');
		await page.fill('input[name="emailOrLdapLoginId"]', n8n.owner.email);
		await page.fill('input[name="password"]', n8n.owner.password);
		await editor.part('form-submit-button').click();
		await page.waitForURL((url) => !url.pathname.includes('signin'));
		return editor;
	}

	/** A part of the page, by the name that n8n's own tests use. */
	part(id: string): Locator {
		return this.page.getByTestId(id);
	}

	async openNode(workflow: string, name = 'Segmind'): Promise<void> {
		await this.page.goto(`/workflow/${workflow}`);
		await this.page.locator(`[data-test-id="canvas-node"][data-node-name="${name}"]`).dblclick();
		await this.part('node-parameters').waitFor();
	}

	/** Shows a workflow with all its nodes and notes in view. */
	async openCanvas(workflow: string): Promise<void> {
		await this.page.goto(`/workflow/${workflow}`);
		await this.part('canvas-node').first().waitFor();
		await this.part('zoom-to-fit').click();
	}

	/** Takes away what lies over or behind a panel and is no part of it. */
	async clearSurroundings(): Promise<void> {
		await this.page.addStyleTag({ content: SURROUNDINGS });
	}

	/**
	 * Where the last part of this name is.
	 *
	 * @throws when it is not to be seen
	 */
	async boxOf(part: string): Promise<Box> {
		const box = await this.part(part).last().boundingBox();
		if (box === null) throw new Error(`${part} is not to be seen`);
		return box;
	}

	/**
	 * A part of the page as PNG, once nothing moves any more.
	 *
	 * @param clip the part, asked for anew each time because it may move; in pixels of the page
	 */
	async pictureOf(clip: () => Promise<Box>): Promise<Buffer> {
		await this.page.mouse.move(1, 1);
		let before: Buffer = Buffer.alloc(0);
		for (let look = 0; look < MOST_LOOKS; look += 1) {
			const picture = await this.page.screenshot({ clip: await clip(), animations: 'disabled' });
			if (picture.equals(before)) return picture;
			before = picture;
			await wait(BETWEEN_LOOKS);
		}
		throw new Error('The page does not come to rest');
	}

	/** A page that is closed at once keeps the editor's lock on its workflow for a while. */
	async leave(): Promise<void> {
		await this.page.goto('about:blank');
	}

	async close(): Promise<void> {
		await this.browser.close();
	}
}
