// What the desktop does, before the mock: nothing typed is lost, focus stays, tabs share one audio.
import { expect, test, type Page } from '@playwright/test';

interface Heard {
  socket: { type: string; sdp?: string; leg?: string; tab?: string }[];
  requests: { method: string; address: string; body: Record<string, unknown> }[];
}

const begin = (page: Page, scenario: string, to = '/agent') => page.goto(`/mock/start?${new URLSearchParams({ scenario, lang: 'en', to }).toString()}`);
const tell = (page: Page, what: string, data: unknown = {}) => page.request.post(`/mock/${what}`, { data });
const heard = async (page: Page) => (await (await page.request.get('/mock/heard')).json()) as Heard;
const notes = (page: Page) => page.getByRole('textbox', { name: 'Notes' });
const drafts = async (page: Page) => (await heard(page)).requests.filter((one) => one.address.endsWith('/draft'));

test('from the password to Available in three clicks and one Enter', async ({ page }) => {
  await begin(page, 'signed-in-nowhere', '/signin?next=%2Fagent');
  await page.getByLabel('Sign-in name').fill('aki');
  await page.getByLabel('Password', { exact: true }).fill('right');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Welcome, Aki Mori' }).waitFor();
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page.getByRole('button', { name: 'Go Available' })).toBeDisabled();
  await page.getByRole('button', { name: 'Play ring tone' }).click();
  await page.getByRole('button', { name: 'Go Available' }).click();
  await expect(page.getByRole('heading', { name: /You are Available in Billing, Sales/ })).toBeVisible();
  await page.getByRole('button', { name: 'Menu of Aki Mori' }).click();
  await page.getByRole('menuitem', { name: 'Sign out', exact: true }).click();
  await expect(page).toHaveURL(/\/signin/);
});

test('what is typed reaches the server after a second and survives a reload', async ({ page }) => {
  await begin(page, 'stale');
  await notes(page).fill('請求書4411を確認中。');
  await expect.poll(async () => (await drafts(page)).at(-1)?.body).toEqual({ values: [['Notes', '請求書4411を確認中。']] });
  await notes(page).pressSequentially(' A');
  page.once('dialog', (dialog) => void dialog.accept());
  await page.reload();
  await expect(notes(page)).toHaveValue('請求書4411を確認中。 A');
});

test('a session that ends asks for the password over the page, then does what was asked', async ({ page }) => {
  await begin(page, 'on-hold');
  await notes(page).fill('Half a sent');
  await tell(page, 'expire');
  await page.keyboard.press('Control+s');
  const dialog = page.getByRole('dialog', { name: 'Your session has ended' });
  await dialog.getByLabel('Password', { exact: true }).fill('right');
  await dialog.getByRole('button', { name: 'Sign in' }).click();
  await expect(dialog).toBeHidden();
  await expect.poll(async () => (await heard(page)).requests.find((one) => one.address.endsWith('/variables'))?.body.values).toEqual([['Notes', 'Half a sent']]);
  await expect(page.getByRole('region', { name: 'Messages' }).getByText('Call details saved')).toBeVisible();
});

test('a lost network is said after 2 s; typing goes on and is sent when it is back', async ({ page }) => {
  await begin(page, 'stale');
  await notes(page).fill('before');
  await expect.poll(async () => (await drafts(page)).length).toBe(1);
  await tell(page, 'network', { works: false });
  await page.waitForTimeout(1_200);
  await expect(page.getByText('Lost connection.')).toBeHidden();
  await expect(page.getByText('Lost connection.')).toBeVisible();
  await expect(page.getByTestId('live-assertive')).toHaveText('Connection lost, retrying');
  await expect(page.getByRole('button', { name: 'Hold' })).toHaveAttribute('aria-disabled', 'true');
  await expect(page.getByRole('button', { name: 'Mute' })).not.toHaveAttribute('aria-disabled');
  await notes(page).fill('before and after');
  await tell(page, 'network', { works: true });
  await expect(page.getByText('Lost connection.')).toBeHidden({ timeout: 10_000 });
  await expect.poll(async () => (await drafts(page)).at(-1)?.body).toEqual({ values: [['Notes', 'before and after']] });
});

test('an offer takes no focus, is announced, and is answered by keys', async ({ page }) => {
  await begin(page, 'available', '/account');
  const field = page.getByLabel('Present password');
  await field.fill('abc');
  await tell(page, 'offer');
  await expect(page.getByRole('button', { name: 'Answer', exact: true })).toBeVisible();
  await expect(page.getByTestId('live-assertive')).toContainText('Incoming call, Yuki Tanaka, Billing, 18 seconds, press Ctrl Alt A to answer');
  await expect(page).toHaveTitle(/^Ringing 1\d s - Yuki Tanaka$/);
  await expect(field).toBeFocused();
  await page.keyboard.type('def');
  await expect(field).toHaveValue('abcdef');
  await page.keyboard.press('Control+Alt+a');
  await expect.poll(async () => (await heard(page)).requests.map((one) => one.address.split('/').at(-1))).toContain('answer');
});

test('what is typed right after the keys that open something belongs to it, and not to the notes', async ({ page, context }) => {
  await begin(page, 'stale');
  const client = await context.newCDPSession(page);
  // As fast as keys come, on a slow machine.
  await client.send('Emulation.setCPUThrottlingRate', { rate: 4 });
  const type = (text: string) =>
    Promise.all(Array.from(text).flatMap((key) => ['keyDown', 'keyUp'].map((kind) => client.send('Input.dispatchKeyEvent', { type: kind as 'keyDown' | 'keyUp', key, text: kind === 'keyDown' ? key : undefined }))));
  const places = [
    { keys: 'Control+k', typed: 'lunch', field: page.getByRole('textbox', { name: 'Search and commands' }) },
    { keys: 'Control+Alt+c', typed: 'ken', field: page.getByRole('combobox', { name: 'Search for whom to call' }) },
  ];
  for (const { keys, typed, field } of [...places, ...places]) {
    await notes(page).fill('Notes');
    await page.keyboard.press(keys);
    await type(typed);
    await expect(field).toHaveValue(typed);
    await page.keyboard.press('Escape');
    await expect(notes(page)).toBeFocused();
    await expect(notes(page)).toHaveValue('Notes');
  }
  await page.keyboard.press('Control+Alt+k');
  await type('42');
  await expect(page.getByRole('status', { name: 'Keys sent' })).toHaveText('42');
  await page.keyboard.press('Escape');
  await expect(notes(page)).toBeFocused();
  await expect(notes(page)).toHaveValue('Notes');
});

test('a caller who hangs up is said, and the focus stays', async ({ page }) => {
  await begin(page, 'stale');
  await notes(page).focus();
  await tell(page, 'change', { is_caller_gone: true });
  await expect(page.getByTestId('live-assertive')).toHaveText('Caller ended the call');
  await expect(notes(page)).toBeFocused();
});

test('who ends a call is not told that the caller did', async ({ page }) => {
  await begin(page, 'stale');
  await notes(page).waitFor();
  await page.keyboard.press('Control+Alt+e');
  await page.getByRole('radiogroup', { name: 'Wrap-up code' }).waitFor();
  await tell(page, 'change', { is_caller_gone: true });
  await page.waitForTimeout(500);
  await expect(page.getByTestId('live-assertive')).toHaveText('');
});

test('two tabs share the desktop; the audio moves by one click', async ({ page, context }) => {
  await begin(page, 'stale');
  await expect(page.getByText('Audio: this tab')).toBeVisible();
  const other = await context.newPage();
  await other.goto('/agent');
  await expect(other.getByText('Audio: another tab')).toBeVisible();
  await notes(page).fill('typed in the first');
  await expect(notes(other)).toHaveValue('typed in the first');
  await other.getByRole('button', { name: 'Move audio here' }).click();
  await expect(other.getByText('Audio: this tab')).toBeVisible();
  await expect(page.getByText('Another tab has the audio.')).toBeVisible();
  const hellos = (await heard(page)).socket.filter((one) => one.type === 'hello').map((one) => one.tab ?? '');
  expect(new Set(hellos).size).toBe(2);
  expect(new Set(hellos.map((tab) => tab.split(':')[0])).size).toBe(1);
});

test('keyboard alone: mute, hold, resume, consult by name, conference, leave, code, done', async ({ page }) => {
  await begin(page, 'stale');
  await notes(page).waitFor();
  await page.keyboard.press('Control+Alt+m');
  await expect(page.getByRole('button', { name: 'Unmute' })).toHaveAttribute('aria-pressed', 'true');
  await page.keyboard.press('Control+Alt+h');
  await expect(page.getByRole('button', { name: 'Resume', exact: true })).toBeVisible();
  await page.keyboard.press('Control+Alt+h');
  await page.getByRole('button', { name: 'Hold' }).waitFor();
  await page.keyboard.press('Control+Alt+c');
  await expect(page.getByRole('combobox', { name: 'Search for whom to call' })).toBeFocused();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowUp');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('button', { name: 'Complete transfer' })).not.toHaveAttribute('aria-disabled', 'true', { timeout: 5_000 });
  await page.keyboard.press('Control+Alt+g');
  await expect(page.getByRole('list', { name: 'Parties of the conference' })).toBeVisible();
  await page.keyboard.press('Control+Alt+e');
  await page.getByRole('button', { name: 'Leave, others stay' }).press('Enter');
  await page.getByRole('radiogroup', { name: 'Wrap-up code' }).waitFor();
  await page.keyboard.press('Control+Alt+w');
  await page.keyboard.press('Space');
  await page.keyboard.press('Control+Enter');
  await expect(page.getByRole('heading', { name: /You are Available/ })).toBeVisible();
});

test('the browser answers an offer of audio: it is heard, muted, and measured', async ({ page, context }) => {
  await begin(page, 'answered');
  await page.getByText('Audio: this tab').waitFor();
  const far = await context.newPage();
  await far.goto('/mock/blank');
  // The far end: offers audio as the server does, with a tone, and listens.
  const sdp = await far.evaluate(async () => {
    const audio = new AudioContext();
    const oscillator = audio.createOscillator();
    oscillator.frequency.value = 440;
    const sink = audio.createMediaStreamDestination();
    oscillator.connect(sink);
    oscillator.start();
    const peer = new RTCPeerConnection();
    sink.stream.getTracks().forEach((track) => peer.addTrack(track, sink.stream));
    // Chromium measures only what is played.
    const player = new Audio();
    peer.ontrack = (event) => {
      player.srcObject = event.streams[0] ?? null;
      void player.play();
    };
    Object.assign(window, { peer, player });
    await peer.setLocalDescription(await peer.createOffer());
    await new Promise<void>((resolve) => {
      if (peer.iceGatheringState === 'complete') resolve();
      peer.onicegatheringstatechange = () => peer.iceGatheringState === 'complete' && resolve();
      setTimeout(resolve, 2_000);
    });
    return peer.localDescription?.sdp ?? '';
  });
  await tell(page, 'say', { type: 'audio_offer', leg: 'leg-1', sdp });
  await expect.poll(async () => (await heard(page)).socket.find((one) => one.type === 'audio_answer')?.leg, { timeout: 10_000 }).toBe('leg-1');
  const answer = (await heard(page)).socket.find((one) => one.type === 'audio_answer')?.sdp ?? '';
  await far.evaluate((text) => (window as unknown as { peer: RTCPeerConnection }).peer.setRemoteDescription({ type: 'answer', sdp: text }), answer);
  const energy = () =>
    far.evaluate(async () => {
      const stats = await (window as unknown as { peer: RTCPeerConnection }).peer.getStats();
      let value = 0;
      stats.forEach((one: { type: string; kind?: string; totalAudioEnergy?: number }) => {
        if (one.type === 'inbound-rtp' && one.kind === 'audio') value = one.totalAudioEnergy ?? 0;
      });
      return value;
    });
  await expect.poll(energy, { timeout: 15_000 }).toBeGreaterThan(0);
  await expect.poll(async () => (await heard(page)).socket.some((one) => one.type === 'quality'), { timeout: 15_000 }).toBe(true);
  await expect(page.getByRole('img', { name: /Call quality/ })).toBeVisible();
  const spent = async () => {
    const before = await energy();
    await far.waitForTimeout(2_000);
    return (await energy()) - before;
  };
  const aloud = await spent();
  await page.bringToFront();
  await page.getByRole('button', { name: 'Mute' }).click();
  await far.waitForTimeout(500);
  expect(await spent()).toBeLessThan(aloud / 50);
  await tell(page, 'say', { type: 'audio_end', leg: 'leg-1' });
  await expect(page.getByRole('img', { name: /Call quality/ })).toBeHidden();
});

test('no page asks another host for anything', async ({ page }) => {
  const foreign: string[] = [];
  page.on('request', (request) => {
    if (!request.url().startsWith('http://127.0.0.1:8098') && !request.url().startsWith('blob:')) foreign.push(request.url());
  });
  for (const to of ['/agent', '/agent/history', '/account', '/contacts/01934f2a-7c1e-7d02-9a41-5b1c2e907f3a', '/signin']) {
    await begin(page, 'answered', to);
    await page.waitForTimeout(500);
    page.once('dialog', (dialog) => void dialog.accept());
  }
  expect(foreign).toEqual([]);
});

test('without a session, and on the way to the desktop, each page is asked for once', async ({ page }) => {
  const faults: string[] = [];
  page.on('pageerror', (error) => faults.push(error.message));
  // Slow parts: a page that navigates whenever it is drawn would never come to an end.
  await page.route(/\/assets\/(?!index)/, async (route) => {
    await new Promise((resolve) => setTimeout(resolve, 400));
    await route.continue();
  });
  await page.goto('/');
  await expect(page.getByRole('heading', { name: /Sign in|ログイン/ })).toBeVisible();
  await begin(page, 'idle', '/');
  await expect(page).toHaveURL(/\/agent$/);
  await expect(page.getByRole('heading', { name: 'Device check' })).toBeVisible();
  expect(faults).toEqual([]);
  expect((await page.request.get('/favicon.ico')).headers()['content-type']).toBe('image/x-icon');
});
