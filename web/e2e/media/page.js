// What runs in the browser: one connection, a tone or the microphone, and an ear.

const state = { pc: null, context: null, analyser: null, sender: null, tone: null };

/** Answers an offer. `source` is a tone's frequency in Hz, or "microphone". */
async function connect(offer, source) {
  state.context ??= new AudioContext();
  await state.context.resume();
  const pc = new RTCPeerConnection();
  state.pc = pc;
  pc.ontrack = (event) => listen(event.streams[0] ?? new MediaStream([event.track]));
  await pc.setRemoteDescription({ type: 'offer', sdp: offer });
  const stream = source === 'microphone' ? await microphone() : tone(source);
  state.sender = pc.addTrack(stream.getAudioTracks()[0], stream);
  await pc.setLocalDescription();
  return pc.localDescription.sdp;
}

function tone(hz) {
  const oscillator = new OscillatorNode(state.context, { frequency: hz });
  const gain = new GainNode(state.context, { gain: 0.3 });
  const destination = new MediaStreamAudioDestinationNode(state.context);
  oscillator.connect(gain).connect(destination);
  oscillator.start();
  state.tone = oscillator;
  return destination.stream;
}

/** Untouched, since echo cancellers take tones for noise. */
function microphone() {
  const audio = { echoCancellation: false, noiseSuppression: false, autoGainControl: false };
  return navigator.mediaDevices.getUserMedia({ audio });
}

function listen(stream) {
  // Chromium feeds Web Audio with a remote stream only while an element plays it too.
  const element = new Audio();
  element.srcObject = stream;
  element.muted = true;
  void element.play();
  state.analyser = new AnalyserNode(state.context, { fftSize: 32_768, smoothingTimeConstant: 0 });
  new MediaStreamAudioSourceNode(state.context, { mediaStream: stream }).connect(state.analyser);
}

/** The loudest frequency that is heard, between two bins by the parabola through three. */
function heard() {
  const bins = new Float32Array(state.analyser.frequencyBinCount);
  state.analyser.getFloatFrequencyData(bins);
  let top = 2;
  for (let bin = 2; bin < bins.length - 1; bin += 1) {
    if (bins[bin] > bins[top]) top = bin;
  }
  const [before, at, after] = [bins[top - 1], bins[top], bins[top + 1]];
  const shift = (before - after) / (2 * (before - 2 * at + after));
  const width = state.context.sampleRate / state.analyser.fftSize;
  return { hz: (top + shift) * width, db: at };
}

function press(keys) {
  state.sender.dtmf.insertDTMF(keys, 100, 70);
}

/** The codec that is sent, the protocol that carries it, and what was lost on the way here. */
async function figures() {
  const reports = [...(await state.pc.getStats()).values()];
  const find = (wanted) => reports.find(wanted) ?? {};
  const sent = find((report) => report.type === 'outbound-rtp');
  const received = find((report) => report.type === 'inbound-rtp');
  const codec = find((report) => report.id === sent.codecId);
  const pair = find((report) => report.type === 'candidate-pair' && report.nominated);
  const remote = find((report) => report.id === pair.remoteCandidateId);
  const { packetsLost, packetsReceived, jitter } = received;
  return { codec: codec.mimeType, protocol: remote.protocol, packetsLost, packetsReceived, jitter };
}

function hangUp() {
  state.pc.close();
}

globalThis.media = { connect, heard, press, figures, hangUp };
