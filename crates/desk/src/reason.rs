//! Why something cannot be done, so that pages can say it in the agent's language.

/// A line for each: its name, its stable code, and what it says in English.
macro_rules! reasons {
    ($($name:ident $code:literal $text:literal;)*) => {
        /// Why something cannot be done: its text is for people, its code for pages that have a
        /// sentence of their own.
        #[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
        pub enum Reason {
            $(
                #[doc = concat!("`", $code, "`: ", $text, ".")]
                #[error($text)]
                $name,
            )*
            /// Something rare, or with figures in it: it has no code.
            #[error("{0}")]
            Other(String),
        }

        impl Reason {
            /// All codes.
            pub const CODES: &'static [&'static str] = &[$($code),*];

            /// The stable code, if it has one.
            pub fn code(&self) -> Option<&'static str> {
                match self {
                    $(Self::$name => Some($code),)*
                    Self::Other(_) => None,
                }
            }
        }
    };
}

reasons! {
    PickUpPhone "pick-up-phone" "pick up your phone";
    AudioNotReady "audio-not-ready" "the audio of this page is not ready";
    AlreadyAnswered "already-answered" "you have answered";
    AnswerFirst "answer-first" "answer first";
    AnswerOrDecline "answer-or-decline" "answer or decline first";
    ConversationOver "conversation-over" "the conversation is over";
    ConversationGoesOn "conversation-goes-on" "the conversation goes on";
    NobodyHears "nobody-hears" "nobody is there to hear it";
    NotConnected "not-connected" "your device is not connected";
    NoSuchParty "no-such-party" "there is no such party";
    OnHoldAlready "on-hold-already" "the caller is on hold already; resume first";
    NobodyOnHold "nobody-on-hold" "nobody is on hold; nothing to resume";
    ConsultGoesOn "consult-goes-on" "a consult goes on; end it first";
    NobodyConsulted "nobody-consulted" "nobody is consulted; consult somebody first";
    ConsultNotAnswered "consult-not-answered"
        "nobody has answered the consult yet; wait, or end it";
    ConferenceFull "conference-full" "the conference is full: three take part already";
    NoConference "no-conference" "there is no conference; begin one first";
    TooOften "too-often"
        "this contact was consulted about or handed over too often; talk to the caller";
    UnknownTarget "unknown-target" "the target does not exist in this tenant; choose another";
    Yourself "yourself" "this is yourself; choose somebody else";
    EntryPointHasNoNumber "entry-point-has-no-number"
        "this entry point has no number that could be called; transfer to it, or give it one";
    WrongNumber "wrong-number"
        "this number cannot be dialled: use digits, `*`, `#`, and `+` before them";
    WrongAni "wrong-ani" "there is no such outdial ANI; choose one of the list";
    NoOutdial "no-outdial" "you may not call out";
    NoEntryPoint "no-entry-point" "there is no entry point whose event flows could run";
    ContactFirst "contact-first" "finish the contact first";
    DeviceLater "device-later" "the device can be changed when the contact is finished";
    NoBrowserAudio "no-browser-audio" "this server takes no audio of browsers; use your SIP phone";
    NoPhone "no-phone" "you have no SIP phone; use your browser";
    PhoneNotRegistered "phone-not-registered" "your SIP phone is not registered; switch it on";
    NotTaken "not-taken" "the queues do not take you; ask an administrator";
    NoAudioTab "no-audio-tab" "no tab has the audio; move it to this one";
    WrongIdleCode "wrong-idle-code" "there is no such idle code; choose one of the list";
    WrongWrapUpCode "wrong-wrap-up-code" "there is no such wrap-up code; choose one of the list";
    NoMoreTime "no-more-time"
        "there is no more time; it has been extended as often as it may be";
    EditsOver "edits-over" "what follows the call has begun, and reads no more of this";
    NoContact "no-contact" "there is no such contact, or not any more";
    DraftNotKept "draft-not-kept" "the draft cannot be kept";
    NotWritten "not-written" "the server cannot write down what happens; try again";
    Stopping "stopping" "the server stops";
    TooBusy "too-busy" "the server is too busy; try again";
    ArchiveBusy "archive-busy" "the archive is busy; try again";
    ArchiveUnreadable "archive-unreadable" "the archive cannot be read; the log says why";
    NotRecorded "not-recorded" "this call is not recorded; nothing to pause";
    NotAudio "not-audio"
        "this is no WAV, MP3, FLAC or OGG Vorbis file; save it as one of these";
    AudioUnsupported "audio-unsupported"
        "this kind of audio cannot be decoded; save it as 16-bit WAV, MP3, FLAC or OGG Vorbis";
    AudioDamaged "audio-damaged" "the audio file is damaged; upload it again, whole";
    AudioEmpty "audio-empty" "the audio file holds no sound; record it again";
    AudioTooLong "audio-too-long"
        "the audio is longer than 655 seconds, what Webex's 5 MB hold; shorten it or split it";
    MayNotPause "may-not-pause" "recordings of this queue must not be paused";
}

impl From<String> for Reason {
    fn from(text: String) -> Self {
        Self::Other(text)
    }
}

impl From<&str> for Reason {
    fn from(text: &str) -> Self {
        Self::Other(text.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_unique_and_pages_have_a_sentence_for_each() {
        let mut codes = Reason::CODES.to_vec();
        codes.sort_unstable();
        codes.dedup();
        assert_eq!(codes.len(), Reason::CODES.len());
        let pages = include_str!("../../../web/src/api/reasons.ts");
        for code in codes {
            assert!(pages.contains(&format!("'{code}'")), "pages have no sentence for {code}");
        }
        assert_eq!(Reason::from("it rains").code(), None);
    }
}
