//! What is markup, what is text, and what hostile texts come to.

use super::*;

fn segments(text: &str) -> Vec<Segment> {
    read(text).unwrap().segments
}

fn text(text: &str) -> Segment {
    Segment::Text { text: text.to_owned(), tone: Tone::default() }
}

fn spoken(source: &str) -> String {
    let part = |segment: &Segment| match segment {
        Segment::Text { text, .. } | Segment::SayAs { text, .. } => text.clone(),
        Segment::Break(_) | Segment::SentenceEnd | Segment::ParagraphEnd => "|".to_owned(),
    };
    segments(source).iter().map(part).collect()
}

#[test]
fn what_only_looks_like_xml_is_text() {
    for plain in [
        "a < b",
        "I <3 you",
        "AT&T",
        "&amp;",
        "Press <break/> now",
        "Hello <speak>you</speak>",
        "<speak>you",
        "<speak>you</speak> and more",
        "<speaker>x</speaker>",
        "",
        "<",
        "<speak",
    ] {
        assert_eq!(segments(plain), [text(plain)], "{plain}");
    }
    for (source, expected) in [
        ("<speak>a < b</speak>", "a < b"),
        (
            "<speak>I <3 AT&T &amp; you &lt;3 &bogus; &#65;&#x42;</speak>",
            "I <3 AT&T & you <3 &bogus; AB",
        ),
        ("<speak>Dear <John Smith>, <b>hi</b></speak>", "Dear <John Smith>, <b>hi</b>"),
        ("<speak>1<2 and 3>2 <break time=5></speak>", "1<2 and 3>2 <break time=5>"),
        ("<speak>&#xd800; &#99999999;</speak>", "&#xd800; &#99999999;"),
    ] {
        assert_eq!(spoken(source), expected, "{source}");
    }
}

#[test]
fn breaks_have_times_and_strengths() {
    let ms = |attributes: &str| match segments(&format!("<speak><break {attributes}/></speak>"))[..]
    {
        [Segment::Break(ms)] => ms,
        _ => 0,
    };
    for (attributes, expected) in [
        ("", 500),
        ("time='250ms'", 250),
        ("time=\"1.5s\"", 1_500),
        ("time='2s' strength='weak'", 2_000),
        ("strength='weak'", 250),
        ("strength='none'", 0),
        ("time='99999s'", MAX_BREAK_MS),
        ("time='soon'", 500),
        ("time='-1s'", 500),
        ("time='infs'", 500),
        ("time='1e9s'", 500),
    ] {
        assert_eq!(ms(attributes), expected, "{attributes}");
    }
    let many = format!("<speak>{}</speak>", "<break time='10s'/>a".repeat(100));
    let total: u32 = segments(&many)
        .iter()
        .map(|segment| if let Segment::Break(ms) = segment { *ms } else { 0 })
        .sum();
    assert_eq!(total, MAX_TOTAL_BREAK_MS);
}

#[test]
fn prosody_nests_and_is_bounded() {
    let source = "<speak>a<prosody rate='slow' volume='+6dB'>b<prosody rate='200%' pitch='+2st'>c\
                  </prosody>d</prosody>e</speak>";
    let tone = |rate, pitch, gain_db| Tone { rate, pitch, gain_db, emphasis: Emphasis::None };
    let part = |text: &str, tone| Segment::Text { text: text.to_owned(), tone };
    assert_eq!(
        segments(source),
        [
            text("a"),
            part("b", tone(0.75, 0.0, 6.0)),
            part("c", tone(1.5, 2.0, 6.0)),
            part("d", tone(0.75, 0.0, 6.0)),
            text("e"),
        ]
    );
    let deep = format!("<speak>{}x</speak>", "<prosody rate='x-fast' volume='x-loud'>".repeat(900));
    let Some(Segment::Text { tone, .. }) = segments(&deep).pop() else { panic!() };
    assert_eq!((tone.rate, tone.gain_db), (4.0, 16.0));
    let strange = read("<speak><prosody rate='nan' pitch='inf' volume='x'>a</prosody></speak>");
    let strange = strange.unwrap();
    assert_eq!(strange.segments, [text("a")]);
    assert_eq!(strange.warnings.len(), 3);
}

#[test]
fn the_other_elements() {
    let source = "<?xml version='1.0'?><!-- c --><speak xml:lang='ja-JP'><p><s>A</s></p>\
                  <sub alias='World Wide Web'>W<break/>3C</sub>\
                  <say-as interpret-as='date' format='mdy'>10/1</say-as>\
                  <emphasis level='strong'>now</emphasis><![CDATA[<p>]]><!-- x --> end</speak>";
    let document = read(source).unwrap();
    assert_eq!(document.language.as_deref(), Some("ja-JP"));
    assert_eq!(
        document.segments,
        [
            Segment::ParagraphEnd,
            Segment::SentenceEnd,
            text("A"),
            Segment::SentenceEnd,
            Segment::ParagraphEnd,
            text("World Wide Web"),
            Segment::SayAs {
                text: "10/1".to_owned(),
                how: SayAs::Date(Some("mdy".to_owned())),
                tone: Tone::default()
            },
            Segment::Text {
                text: "now".to_owned(),
                tone: Tone { emphasis: Emphasis::Strong, ..Tone::default() }
            },
            text("<p> end"),
        ]
    );
    let document = read("<speak><voice name='x'>hi</voice></p><s>open</speak>").unwrap();
    assert_eq!(spoken("<speak><voice name='x'>hi</voice></p><s>open</speak>"), "hi|open");
    assert_eq!(document.warnings.len(), 3, "{:?}", document.warnings);
}

#[test]
fn hostile_texts_are_bounded() {
    assert_eq!(read(&"x".repeat(MAX_TEXT_BYTES + 1)), Err(SsmlError::TooLong(MAX_TEXT_BYTES + 1)));
    let tags = format!("<speak>{}</speak>", "<p>".repeat(MAX_TAGS + 1));
    assert_eq!(read(&tags), Err(SsmlError::TooManyTags));
    let started = std::time::Instant::now();
    for part in ["<", "<!--", "<![CDATA[", "<p ", "&", "&#", "<p a='", "</", "<p a=\"<\" ", "é<"] {
        let text = format!("<speak>{}</speak>", part.repeat((MAX_TEXT_BYTES - 20) / part.len()));
        assert!(read(&text).is_ok(), "{part}");
    }
    assert!(started.elapsed().as_secs() < 5);
}

/// Every text of a few pieces that mean something to the reader, so that none of them panics.
#[test]
fn all_short_mixtures_are_read() {
    let pieces = ["<", ">", "/", "p", "break", " ", "='", "'", "&", ";", "é", "<!--", "]]>", "sub"];
    let mut texts = vec![String::new()];
    for _ in 0..4 {
        let grown = |text: &String| pieces.map(|piece| format!("{text}{piece}"));
        texts = texts.iter().flat_map(grown).collect();
        for text in &texts {
            assert!(read(&format!("<speak>{text}</speak>")).is_ok());
            assert!(read(&format!("<speak{text}</speak>")).is_ok());
        }
    }
}
