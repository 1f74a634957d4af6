//! The call of the demo: a caller, an agent, and what each of them heard.

use std::time::Duration;

use tokio::time::{sleep, timeout};
use trunkline_softphone::script::ToneExpected;
use trunkline_softphone::{Call, Measurement, Phone, PhoneError, PhoneSettings, Recording};
use trunkline_telephony::message::Headers;

use super::Teller;
use super::place::{NUMBER, PASSWORD, Place};
use crate::problem::{Problem, Result};

/// Ann Novak of the fixture, who has an urgent case.
const CALLER: &str = "+12025550142";

/// What caller and agent say to each other: tones, which can be measured.
const CALLER_HZ: f64 = 440.0;
const AGENT_HZ: f64 = 660.0;

/// How loud they are, in dBm0, and how much of that may be lost or added on the way, in dB.
const LEVEL_DBM0: f64 = -10.0;
const LEVEL_TOLERANCE_DB: f64 = 1.0;

/// How long a sample that is no sound may last in a steady tone.
const LONGEST_GAP: Duration = Duration::from_millis(5);

/// How long anything may take that the demo waits for.
const PATIENCE: Duration = Duration::from_secs(30);

/// How long the phone rings, so that the caller hears music.
const RINGING: Duration = Duration::from_secs(3);

/// How long they talk, and how much of that is measured at a time. A busy machine may skip a beat;
/// one stretch without a fault shows that the way is sound.
const TALK: Duration = Duration::from_secs(3);
const STRETCH: Duration = Duration::from_secs(1);
const STEP: Duration = Duration::from_millis(250);

/// Plays the call. Gives what is not as it should be.
pub(super) async fn play(place: &Place, teller: &Teller) -> Result<Vec<String>> {
    let agent =
        PhoneSettings::loopback("maria").registered_at(format!("sip:{}", place.sip), PASSWORD);
    let agent = Phone::start(agent).await.map_err(failed)?;
    agent.register().await.map_err(failed)?;
    teller.tell("Maria's phone is registered")?;
    let caller = Phone::start(PhoneSettings::loopback(CALLER)).await.map_err(failed)?;
    let uri = format!("sip:{NUMBER}@{}", place.sip);
    let call = caller.dial(&uri, Headers::default()).await.map_err(failed)?;
    call.record().map_err(failed)?;
    let answered = call.answered(PATIENCE).await.map_err(failed)?;
    teller.tell(&format!("{CALLER} dials {NUMBER}: answered after {}", ms(answered.at)))?;
    let offer = timeout(PATIENCE, agent.incoming()).await.ok().flatten();
    let offer = offer.ok_or_else(|| Problem::failed("Maria's phone did not ring within 30 s"))?;
    teller.tell(&format!("Maria's phone rings and shows {}", offer.display()))?;
    offer.ring();
    sleep(RINGING).await;
    let desk = offer.answer();
    desk.record().map_err(failed)?;
    desk.answered(PATIENCE).await.map_err(failed)?;
    let before = call.heard_so_far();
    let talk = talk(&call, &desk).await?;
    teller.tell("Maria answers; they talk, and the caller hangs up")?;
    call.hang_up();
    desk.ended(PATIENCE).await.map_err(failed)?;
    // Who has no desktop says by phone that they have wrapped up.
    let service = agent.dial(&format!("sip:*1@{}", place.sip), Headers::default()).await;
    service.map_err(failed)?.ended(PATIENCE).await.map_err(failed)?;
    agent.unregister().await.map_err(failed)?;
    judge(place, teller, &Heard { call: &call, desk: &desk, before, talk }).await
}

/// The stretch of each recording in which both speak.
struct Talk {
    at_caller: Recording,
    at_agent: Recording,
}

async fn talk(call: &Call, desk: &Call) -> Result<Talk> {
    // After the whisper tone the two hear each other.
    sleep(Duration::from_millis(800)).await;
    call.play_tone(CALLER_HZ, LEVEL_DBM0);
    desk.play_tone(AGENT_HZ, LEVEL_DBM0);
    sleep(Duration::from_millis(700)).await;
    let (caller, agent) = (call.heard_so_far(), desk.heard_so_far());
    sleep(TALK).await;
    Ok(Talk { at_caller: call.heard_since(caller), at_agent: desk.heard_since(agent) })
}

struct Heard<'c> {
    call: &'c Call,
    desk: &'c Call,
    /// How much the caller had heard when the agent answered, in samples.
    before: usize,
    talk: Talk,
}

async fn judge(place: &Place, teller: &Teller, heard: &Heard<'_>) -> Result<Vec<String>> {
    let mut differences = Vec::new();
    let (all, at_desk) = (heard.call.recording().await, heard.desk.recording().await);
    for (name, recording) in [("caller.wav", &all), ("agent.wav", &at_desk)] {
        let file = place.dir().join(name);
        let wav = recording.to_wav().map_err(Problem::failed)?;
        std::fs::write(&file, wav)
            .map_err(|error| Problem::misuse(format!("{}: {error}", file.display())))?;
    }
    let first = all.first_sound();
    let shown = first.map_or("nothing".to_owned(), ms);
    teller.tell(&format!("the caller heard the first word after {shown} of audio"))?;
    let waiting = Recording::new(all.samples[..heard.before.min(all.samples.len())].to_vec());
    let waiting = waiting.measure();
    if waiting.sound < Duration::from_secs(4) {
        let sound = ms(waiting.sound);
        differences.push(format!("the caller heard only {sound} of speech and music"));
    }
    for (who, recording, hz) in
        [("caller", &heard.talk.at_caller, AGENT_HZ), ("agent", &heard.talk.at_agent, CALLER_HZ)]
    {
        let measured = clearest(recording);
        teller.tell(&format!("the {who} heard {}", described(&measured)))?;
        differences.extend(tone_fault(&measured, hz).map(|fault| format!("the {who} {fault}")));
    }
    Ok(differences)
}

/// The clearest stretch of a recording.
fn clearest(recording: &Recording) -> Measurement {
    let starts = (0..).map(|step| STEP * step).take_while(|at| *at + STRETCH <= TALK);
    let measured = starts.map(|at| recording.part(at, STRETCH).measure());
    let clearest = measured.max_by(|a, b| a.tone.snr_db.total_cmp(&b.tone.snr_db));
    clearest.unwrap_or_else(|| recording.measure())
}

fn tone_fault(heard: &Measurement, hz: f64) -> Option<String> {
    if !ToneExpected::new(hz).is(heard) {
        return Some(format!("did not hear {hz} Hz clearly, but {}", described(heard)));
    }
    if (heard.tone.level_dbm0 - LEVEL_DBM0).abs() > LEVEL_TOLERANCE_DB {
        let level = heard.tone.level_dbm0;
        return Some(format!("heard {level:.1} dBm0 in place of {LEVEL_DBM0}"));
    }
    (heard.longest_gap > LONGEST_GAP)
        .then(|| format!("heard a gap of {} in a steady tone", ms(heard.longest_gap)))
}

fn described(heard: &Measurement) -> String {
    let tone = heard.tone;
    format!(
        "{:.1} Hz at {:.1} dBm0, {:.0} dB over all else",
        tone.frequency_hz, tone.level_dbm0, tone.snr_db
    )
}

fn ms(time: Duration) -> String {
    format!("{} ms", time.as_millis())
}

fn failed(error: PhoneError) -> Problem {
    Problem::failed(error)
}
