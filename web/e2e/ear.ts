// An ear and a voice for pages: what they play is measured, and their microphone is a tone.

import type { Page } from '@playwright/test';

interface Ear {
  analyser?: AnalyserNode;
}

/** From the next page on: the microphone gives this tone, and what is received can be measured. */
export async function equip(page: Page, hz: number): Promise<void> {
  await page.addInitScript((frequency) => {
    const ear: Ear = {};
    Object.assign(window, { ear });
    const context = new AudioContext();
    navigator.mediaDevices.getUserMedia = async () => {
      await context.resume();
      const [tone, gain] = [new OscillatorNode(context, { frequency }), new GainNode(context, { gain: 0.3 })];
      const out = new MediaStreamAudioDestinationNode(context);
      tone.connect(gain).connect(out);
      tone.start();
      return out.stream;
    };
    const Plain = window.RTCPeerConnection;
    window.RTCPeerConnection = class extends Plain {
      constructor(settings?: RTCConfiguration) {
        super(settings);
        this.addEventListener('track', (event) => {
          ear.analyser = new AnalyserNode(context, { fftSize: 16_384, smoothingTimeConstant: 0 });
          const mediaStream = new MediaStream([event.track]);
          // Chromium feeds Web Audio with what others send only while an element plays it too.
          const element = new Audio();
          Object.assign(element, { srcObject: mediaStream, muted: true });
          void element.play();
          new MediaStreamAudioSourceNode(context, { mediaStream }).connect(ear.analyser);
        });
      }

      // Where a test may cut the network, audio goes through the test.
      override async setRemoteDescription(description: RTCSessionDescriptionInit): Promise<void> {
        const { relayPort } = window as unknown as { relayPort?: (port: number) => Promise<number> };
        let { sdp = '' } = description;
        for (const [whole, before, port] of relayPort ? sdp.matchAll(/(a=candidate:.* udp \d+ \S+ )(\d+)/gi) : []) {
          sdp = sdp.replace(whole, `${before ?? ''}${(await relayPort?.(Number(port))) ?? port}`);
        }
        await super.setRemoteDescription({ ...description, sdp });
      }
    };
  }, hz);
}

/** The loudest frequency that the page receives now, in Hz; 0 while it is quiet. */
export function heard(page: Page): Promise<number> {
  return page.evaluate(() => {
    const { analyser } = (window as unknown as { ear: Ear }).ear;
    if (!analyser) return 0;
    const bins = new Float32Array(analyser.frequencyBinCount);
    analyser.getFloatFrequencyData(bins);
    let top = 2;
    bins.forEach((db, bin) => {
      if (bin > 2 && db > (bins[top] ?? 0)) top = bin;
    });
    return (bins[top] ?? -100) < -70 ? 0 : (top * analyser.context.sampleRate) / analyser.fftSize;
  });
}

/** Which of these tones the page receives now, in Hz, the lowest first. */
export function hears(page: Page, tones: number[]): Promise<number[]> {
  return page.evaluate((wanted) => {
    const { analyser } = (window as unknown as { ear: Ear }).ear;
    if (!analyser) return [];
    const bins = new Float32Array(analyser.frequencyBinCount);
    analyser.getFloatFrequencyData(bins);
    const width = analyser.context.sampleRate / analyser.fftSize;
    const level = (hz: number) => Math.max(...bins.slice(Math.floor(hz / width) - 2, Math.ceil(hz / width) + 3));
    const loudest = Math.max(...wanted.map(level));
    // Music is spread over many frequencies: a tone stands far above what is beside it.
    const stands = (hz: number) => level(hz) > Math.max(level(hz - 60), level(hz + 60)) + 15;
    return wanted.filter((hz) => level(hz) > -65 && level(hz) > loudest - 25 && stands(hz)).sort((a, b) => a - b);
  }, tones);
}
