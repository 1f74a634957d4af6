//! What legs hear and say, judged by measurement: prompts, music, bridges, hold, recordings.

#![allow(clippy::unwrap_used, reason = "all of it is test code")]

mod phone;

use std::time::Duration;

use phone::{Bench, MS, Phone, Talk, assert_tone, endless, is_silent, plan, tone};
use trunkline_media::codec::Codec;
use trunkline_media::g711::Law;
use trunkline_media::measure;
use trunkline_media::prompt::Item;
use trunkline_media::wav::{Encoding, Wav};
use trunkline_media_engine::{
    LegEvent, RecordEnd, RecordSettings, RecordSides, RecordTo, Recording,
};

fn is_played(id: u32) -> impl Fn(&LegEvent) -> bool {
    move |event| matches!(event, LegEvent::Played { id: played, .. } if *played == id)
}

/// The sound without the silence before it.
fn from_first_sound(sound: &[i16]) -> &[i16] {
    let first = sound.iter().position(|sample| sample.abs() > 8).unwrap_or(sound.len());
    &sound[first..]
}

#[test]
fn a_prompt_is_heard_whole() {
    for codec in Codec::ALL {
        let bench = Bench::new();
        let phone = Phone::new(codec);
        let leg = phone.leg(&bench, 1);
        let (first, second) = (tone(440.0, MS * 500), tone(440.0, MS * 500));
        leg.play(9, vec![Item::Prompt(first), Item::Prompt(second)]);
        bench.wait("end of the prompt", is_played(9));
        std::thread::sleep(MS * 100);
        let sound = phone.sound_since(0);
        let prompt = from_first_sound(&sound);
        assert_tone(&prompt[..7_900], 440.0);
        assert!(is_silent(&prompt[8_000..]));
        let packets = phone.since(0);
        for pair in packets.windows(2) {
            let (before, after) = (pair[0].1, pair[1].1);
            assert_eq!(after.sequence, before.sequence.wrapping_add(1));
            assert_eq!(after.ssrc, before.ssrc);
        }
        assert!(packets[0].1.marker && !packets[1].1.marker);
    }
}

#[test]
fn speech_that_is_still_being_made_waits_in_silence() {
    let bench = Bench::new();
    let phone = Phone::new(Codec::Pcmu);
    let leg = phone.leg(&bench, 1);
    leg.background(1, Some(endless(1_000.0)));
    phone.listen(0, MS * 100);
    let stream = leg.play_stream(2);
    stream.push(Item::Prompt(tone(440.0, MS * 400)));
    std::thread::sleep(MS * 700);
    assert_eq!(bench.count(is_played(2)), 0, "it is not complete");
    stream.push(Item::Prompt(tone(700.0, MS * 300)));
    stream.finish();
    bench.wait("end of the stream", is_played(2));
    let sound = phone.sound_since(0);
    let of = |hz: f64| {
        let frames = sound.chunks(160);
        let loud = frames.filter(|frame| measure::power_at(frame, hz).sqrt() > 1_000.0);
        loud.count() as u32 * 20
    };
    // The last frame of a prompt may be shared; tones leak into others at their edges.
    assert!((380..=420).contains(&of(440.0)), "{}", of(440.0));
    assert!((280..=320).contains(&of(700.0)), "{}", of(700.0));
    let mark = phone.mark();
    assert_tone(&phone.listen(mark, MS * 200), 1_000.0);
}

#[test]
fn music_pauses_for_a_prompt_and_goes_on_where_it_was() {
    let bench = Bench::new();
    let phone = Phone::new(Codec::Pcma);
    let leg = phone.leg(&bench, 1);
    // Half a second of 500 Hz, then 600 Hz.
    let song = [Item::Prompt(tone(500.0, MS * 500)), endless(600.0)];
    leg.background(1, Some(song[0].clone()));
    phone.listen(0, MS * 300);
    leg.play(2, vec![Item::Prompt(tone(440.0, MS * 300))]);
    bench.wait("end of the prompt", is_played(2));
    bench.wait("end of the music", is_played(1));
    let sound = phone.sound_since(0);
    let loud = |hz: f64| {
        let frames = sound.chunks(160);
        frames.filter(|frame| measure::power_at(frame, hz).sqrt() > 1_500.0).count() as i32 * 20
    };
    assert!((loud(500.0) - 500).abs() <= 20, "all of the music was heard: {}", loud(500.0));
    assert!((loud(440.0) - 300).abs() <= 20, "{}", loud(440.0));
    // Music again, and a prompt that is stopped before its end.
    leg.background(3, Some(song[1].clone()));
    leg.play(4, vec![endless(440.0)]);
    let mark = phone.mark();
    phone.listen(mark, MS * 200);
    leg.stop_playing(4);
    std::thread::sleep(MS * 60);
    let mark = phone.mark();
    assert_tone(&phone.listen(mark, MS * 200), 600.0);
    leg.stop_playing(3);
    std::thread::sleep(MS * 60);
    let mark = phone.mark();
    assert!(is_silent(&phone.listen(mark, MS * 60)));
    assert_eq!(bench.count(is_played(4)) + bench.count(is_played(3)), 0, "stopped is not played");
}

#[test]
fn bridged_legs_hear_each_other_and_hold_gives_music() {
    let bench = Bench::new();
    let (mut caller, mut agent) = (Phone::new(Codec::Pcma), Phone::new(Codec::Pcmu));
    let (a, b) = (caller.leg(&bench, 1), agent.leg(&bench, 2));
    a.background(1, Some(endless(600.0)));
    b.play(2, vec![endless(600.0)]);
    caller.talk(Talk::new(Codec::Pcma, 440.0), a.local());
    agent.talk(Talk::new(Codec::Pcmu, 1_000.0), b.local());
    std::thread::sleep(MS * 100);
    a.bridge(&b);
    std::thread::sleep(MS * 100);
    let marks = (caller.mark(), agent.mark());
    assert_tone(&agent.listen(marks.1, MS * 1_000), 440.0);
    assert_tone(&caller.listen(marks.0, MS * 1_000), 1_000.0);

    a.hold(Some(endless(700.0)));
    std::thread::sleep(MS * 100);
    let marks = (caller.mark(), agent.mark());
    assert_tone(&caller.listen(marks.0, MS * 500), 700.0);
    std::thread::sleep(MS * 500);
    assert!(is_silent(&agent.sound_since(marks.1)), "the agent does not hear who is on hold");

    a.resume();
    std::thread::sleep(MS * 100);
    let marks = (caller.mark(), agent.mark());
    assert_tone(&caller.listen(marks.0, MS * 500), 1_000.0);
    assert_tone(&agent.listen(marks.1, MS * 500), 440.0);

    // A whisper: one side hears a prompt, then the other side again.
    b.play(5, vec![Item::Prompt(tone(800.0, MS * 300))]);
    bench.wait("end of the whisper", is_played(5));
    std::thread::sleep(MS * 60);
    let mark = agent.mark();
    assert_tone(&agent.listen(mark, MS * 300), 440.0);

    a.unbridge();
    std::thread::sleep(MS * 100);
    let marks = (caller.mark(), agent.mark());
    assert!(is_silent(&caller.listen(marks.0, MS * 100)), "bridging has ended the music");
    assert!(is_silent(&agent.listen(marks.1, MS * 100)));
    assert!(bench.engine.counters().relayed > 150);
    for phone in [caller, agent] {
        let ssrcs: std::collections::HashSet<u32> =
            phone.since(0).iter().map(|(_, header, _)| header.ssrc).collect();
        assert_eq!(ssrcs.len(), 1, "to the phone it is one stream");
    }
}

#[test]
fn legs_of_several_threads_are_bridged_in_any_order() {
    let bench = Bench::with(|settings| settings.threads = 3);
    let mut phones: Vec<Phone> = (0..4).map(|_| Phone::new(Codec::Pcmu)).collect();
    let legs: Vec<_> = (0..).zip(&phones).map(|(tag, phone)| phone.leg(&bench, tag)).collect();
    for (at, phone) in phones.iter_mut().enumerate() {
        let hz = 400.0 + 100.0 * at as f64;
        phone.talk(Talk::new(Codec::Pcmu, hz), legs[at].local());
    }
    // Each pair in both ways at once, and again with others.
    for (one, other) in [(0, 1), (1, 0), (2, 3), (3, 2)] {
        legs[one].bridge(&legs[other]);
    }
    // Legs on different threads do not wait for each other, so these might come first.
    std::thread::sleep(MS * 100);
    for (one, other) in [(3, 0), (1, 2), (0, 3)] {
        legs[one].bridge(&legs[other]);
    }
    std::thread::sleep(MS * 150);
    for (ear, mouth) in [(0, 3), (3, 0), (1, 2), (2, 1)] {
        let mark = phones[ear].mark();
        let sound = phones[ear].listen(mark, MS * 300);
        assert_tone(&sound, 400.0 + 100.0 * f64::from(mouth));
    }
    drop(legs);
    // Each thread closes its own, in no order.
    for _ in 0..4 {
        bench.wait("end", |event| matches!(event, LegEvent::Closed { .. }));
    }
    assert_eq!(bench.engine.counters().legs_open, 0);
    assert_eq!(bench.engine.counters().ports_free, 100);
}

fn recorded(bench: &Bench, id: u32) -> Recording {
    let is_it = |event: &LegEvent| matches!(event, LegEvent::Recorded { id: i, .. } if *i == id);
    match bench.wait("recording", is_it) {
        LegEvent::Recorded { recording, .. } => recording,
        other => panic!("{other:?}"),
    }
}

/// The proof that the design asks for: 3 % loss, 30 ms of jitter, 15 dB.
#[test]
fn a_bad_network_leaves_15_db_in_the_recording() {
    let bench = Bench::new();
    let mut phone = Phone::new(Codec::Pcmu);
    let leg = phone.leg(&bench, 1);
    let mut talk = Talk::new(Codec::Pcmu, 440.0);
    (talk.loss_percent, talk.jitter) = (3, MS * 30);
    phone.talk(talk, leg.local());
    // The buffer learns how bad it is.
    let limit = Duration::from_secs(5);
    leg.record(RecordSettings { id: 3, limit, ..RecordSettings::default() }).unwrap();
    let recording = recorded(&bench, 3);
    assert_eq!((recording.end.clone(), recording.duration), (RecordEnd::Limit, limit));
    let sound = recording.samples();
    assert_eq!(sound.len(), 40_000);
    let snr_db = measure::windowed_snr_db(&sound[12_000..], 440.0, 1_600);
    assert!(snr_db >= 15.0, "{snr_db}");
    drop(leg);
    let closed = bench.wait("end", |event| matches!(event, LegEvent::Closed { .. }));
    let LegEvent::Closed { quality, .. } = closed else { panic!() };
    let received = quality.received.unwrap();
    assert!((1.0..7.0).contains(&received.loss_percent), "{received:?}");
    assert!((1.0..4.3).contains(&received.mos) && received.jitter > MS * 3, "{received:?}");
}

#[test]
fn both_sides_are_recorded_in_stereo_and_mixed() {
    let bench = Bench::new();
    let (mut caller, mut agent) = (Phone::new(Codec::Pcma), Phone::new(Codec::Pcmu));
    let (a, b) = (caller.leg(&bench, 1), agent.leg(&bench, 2));
    caller.talk(Talk::new(Codec::Pcma, 440.0), a.local());
    agent.talk(Talk::new(Codec::Pcmu, 1_000.0), b.local());
    a.bridge(&b);
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("call.wav");
    let to = RecordTo::File { path: path.clone(), encoding: Encoding::G711(Law::Mu) };
    let limit = Duration::from_secs(60);
    let stereo = RecordSettings { id: 1, sides: RecordSides::Stereo, limit, silence: None, to };
    let mixed = RecordSettings { id: 2, sides: RecordSides::Mixed, ..RecordSettings::default() };
    a.record(stereo).unwrap();
    b.record(mixed).unwrap();
    std::thread::sleep(MS * 1_500);
    a.stop_recording();
    drop(b);
    let recording = recorded(&bench, 2);
    assert_eq!(recording.end, RecordEnd::LegClosed);
    let sound = recording.samples();
    assert!(sound.len() > 10_000, "{}", sound.len());
    for hz in [440.0, 1_000.0] {
        let level =
            trunkline_media::tone::level_dbm0(measure::power_at(&sound[2_400..8_800], hz).sqrt());
        assert!((level + 10.0).abs() < 1.0, "{hz} Hz: {level}");
    }

    // It came before or after the other: both are of one wait.
    if bench.count(|event| matches!(event, LegEvent::Recorded { id: 1, .. })) == 0 {
        recorded(&bench, 1);
    }
    let file = std::fs::read(&path).unwrap();
    let wav = Wav::parse(&file).unwrap();
    assert_eq!((wav.channels, wav.rate_hz), (2, 8_000));
    let mut samples = Vec::new();
    Codec::Pcmu.decode(&wav.data, &mut samples);
    let channel = |n: usize| samples.iter().skip(n).step_by(2).copied().collect::<Vec<i16>>();
    assert_tone(&channel(0)[2_400..8_800], 440.0);
    assert_tone(&channel(1)[2_400..8_800], 1_000.0);
}

#[test]
fn a_file_that_cannot_be_written_fails_and_the_call_goes_on() {
    let bench = Bench::new();
    let phone = Phone::new(Codec::Pcmu);
    let leg = phone.leg(&bench, 1);
    let path = std::path::PathBuf::from("/nowhere/at/all.wav");
    let to = RecordTo::File { path: path.clone(), encoding: Encoding::Pcm16 };
    leg.record(RecordSettings { id: 1, to, ..RecordSettings::default() }).unwrap();
    leg.play(1, vec![Item::Prompt(tone(440.0, MS * 100))]);
    bench.wait("end of the prompt", is_played(1));
    leg.stop_recording();
    let recording = recorded(&bench, 1);
    assert_eq!(recording.file, Some(path));
    assert!(matches!(recording.end, RecordEnd::Failed(why) if why.contains("/nowhere/at/all.wav")));
}

#[test]
fn another_plan_changes_codec_and_address_in_the_midst_of_a_prompt() {
    let bench = Bench::new();
    let (first, second) = (Phone::new(Codec::Pcmu), Phone::new(Codec::Pcma));
    let leg = first.leg(&bench, 1);
    leg.play(1, vec![endless(440.0)]);
    first.listen(0, MS * 200);
    leg.start(plan(second.address(), Codec::Pcma));
    assert_tone(&second.listen(0, MS * 300), 440.0);
    let mark = first.mark();
    assert!(mark < 40, "the first phone hears no more: {mark}");
    // 60 ms a packet.
    leg.start(trunkline_media::plan::MediaPlan {
        ptime_ms: 60,
        ..plan(second.address(), Codec::Pcma)
    });
    std::thread::sleep(MS * 100);
    let mark = second.mark();
    assert_tone(&second.listen(mark, MS * 300), 440.0);
    for pair in second.since(mark).windows(2) {
        assert_eq!(pair[1].2.len(), 480);
        assert_eq!(pair[1].1.timestamp.wrapping_sub(pair[0].1.timestamp), 480);
    }
}

/// The tones of this list that somebody hears who hears more than one.
fn heard_of(sound: &[i16], tones: &[f64]) -> Vec<f64> {
    let loud = |hz: &&f64| measure::power_at(sound, **hz).sqrt() > 1_500.0;
    tones.iter().filter(loud).copied().collect()
}

#[test]
fn three_in_a_conference_hear_the_others_and_not_themselves() {
    // On one thread, and on two: then legs come to the table from elsewhere.
    for threads in [1, 2] {
        let bench = Bench::with(|settings| settings.threads = threads);
        let codecs = [Codec::Pcma, Codec::Pcmu, Codec::Pcmu];
        let tones = [440.0, 1_000.0, 1_600.0];
        let mut phones = codecs.map(Phone::new);
        let legs: Vec<_> = (1..).zip(&phones).map(|(tag, phone)| phone.leg(&bench, tag)).collect();
        for ((phone, leg), (codec, hz)) in
            phones.iter_mut().zip(&legs).zip(codecs.iter().zip(tones))
        {
            phone.talk(Talk::new(*codec, hz), leg.local());
        }
        legs[0].bridge(&legs[1]);
        std::thread::sleep(MS * 100);
        legs[1].confer(&legs[0]);
        legs[2].confer(&legs[0]);
        std::thread::sleep(MS * 400);
        let hears = |place: usize| {
            let mark = phones[place].mark();
            heard_of(&phones[place].listen(mark, MS * 500), &tones)
        };
        assert_eq!(hears(0), [1_000.0, 1_600.0], "{threads}");
        assert_eq!(hears(1), [440.0, 1_600.0], "{threads}");
        assert_eq!(hears(2), [440.0, 1_000.0], "{threads}");
        // One steps out: hears music, and is not heard.
        legs[2].hold(Some(endless(700.0)));
        std::thread::sleep(MS * 300);
        let mark = phones[2].mark();
        assert_tone(&phones[2].listen(mark, MS * 300), 700.0);
        let mark = phones[0].mark();
        assert_tone(&phones[0].listen(mark, MS * 300), 1_000.0);
        legs[2].resume();
        std::thread::sleep(MS * 300);
        assert_eq!(hears(1), [440.0, 1_600.0], "{threads}: back again");
        // Two go on as a bridge; who is left hears nothing.
        legs[0].bridge(&legs[1]);
        std::thread::sleep(MS * 200);
        let mark = phones[0].mark();
        assert_tone(&phones[0].listen(mark, MS * 300), 1_000.0);
        let mark = phones[2].mark();
        assert!(is_silent(&phones[2].listen(mark, MS * 200)), "{threads}");
    }
}
