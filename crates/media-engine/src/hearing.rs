//! What a leg hears of our own: foreground, hold, background, in this order.

use trunkline_media::codec::Codec;
use trunkline_media::prompt::{Item, Player};

/// A playlist with its number.
#[derive(Debug)]
struct Playing {
    id: u32,
    player: Player,
    /// More items may come.
    is_open: bool,
}

impl Playing {
    fn is_over(&self) -> bool {
        !self.is_open && !self.player.is_playing()
    }
}

/// The layers of a leg.
#[derive(Debug)]
pub(crate) struct Hearing {
    codec: Codec,
    foreground: Option<Playing>,
    hold: Option<Player>,
    background: Option<Playing>,
}

impl Hearing {
    /// Nothing.
    pub(crate) fn new(codec: Codec) -> Self {
        Self { codec, foreground: None, hold: None, background: None }
    }

    /// Goes on in another codec.
    pub(crate) fn set_codec(&mut self, codec: Codec) {
        self.codec = codec;
        let playing = self.foreground.iter_mut().chain(&mut self.background);
        let players = playing.map(|playing| &mut playing.player).chain(&mut self.hold);
        players.for_each(|player| player.set_codec(codec));
    }

    /// Plays in the foreground, in place of what plays there.
    pub(crate) fn play(&mut self, id: u32, items: &[Item], is_open: bool) {
        let player = self.player(items);
        self.foreground = Some(Playing { id, player, is_open });
    }

    /// Adds to an open playlist.
    pub(crate) fn push(&mut self, id: u32, item: &Item) {
        let Some(playing) = self.open_playlist(id) else { return };
        if let Err(error) = playing.player.play(item) {
            tracing::warn!(%error, "a prompt is not played");
        }
    }

    /// Completes an open playlist.
    pub(crate) fn finish(&mut self, id: u32) {
        if let Some(playing) = self.open_playlist(id) {
            playing.is_open = false;
        }
    }

    fn open_playlist(&mut self, id: u32) -> Option<&mut Playing> {
        self.foreground.as_mut().filter(|playing| playing.id == id && playing.is_open)
    }

    /// Sets the background, or none.
    pub(crate) fn set_background(&mut self, id: u32, item: Option<&Item>) {
        let player = item.map(|item| self.player(std::slice::from_ref(item)));
        self.background = player.map(|player| Playing { id, player, is_open: false });
    }

    /// Ends what plays under a number.
    pub(crate) fn stop(&mut self, id: u32) {
        self.foreground.take_if(|playing| playing.id == id);
        self.background.take_if(|playing| playing.id == id);
    }

    /// Ends foreground and background: a conversation begins.
    pub(crate) fn clear(&mut self) {
        (self.foreground, self.background) = (None, None);
    }

    /// Puts on hold.
    pub(crate) fn hold(&mut self, item: Option<&Item>) {
        self.hold = Some(self.player(item.map(std::slice::from_ref).unwrap_or_default()));
    }

    /// Ends hold.
    pub(crate) fn resume(&mut self) {
        self.hold = None;
    }

    /// Whether the party is on hold.
    pub(crate) fn is_on_hold(&self) -> bool {
        self.hold.is_some()
    }

    /// Whether the other side of a bridge is heard.
    pub(crate) fn hears_partner(&self) -> bool {
        self.foreground.is_none() && self.hold.is_none()
    }

    /// The number of a playlist that came to its end; ask until there is none.
    pub(crate) fn take_over(&mut self) -> Option<u32> {
        let over = self.foreground.take_if(|playing| playing.is_over());
        let over = over.or_else(|| self.background.take_if(|playing| playing.is_over()));
        over.map(|playing| playing.id)
    }

    /// Fills a frame. False if there is nothing of our own: the frame is untouched. A bridged leg
    /// hears no background.
    pub(crate) fn fill(&mut self, out: &mut [u8], is_bridged: bool) -> bool {
        let foreground = self.foreground.as_mut().map(|playing| &mut playing.player);
        let layer = match foreground.or(self.hold.as_mut()) {
            Some(player) => Some(player),
            None if is_bridged => None,
            None => self.background.as_mut().map(|playing| &mut playing.player),
        };
        let Some(player) = layer else { return false };
        // A playlist that waits for its next item is silent.
        player.fill(out);
        true
    }

    fn player(&self, items: &[Item]) -> Player {
        let mut player = Player::new(self.codec);
        for item in items {
            if let Err(error) = player.play(item) {
                tracing::warn!(%error, "the rest of a playlist is not played");
                break;
            }
        }
        player
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;
    use trunkline_media::g711::Law;
    use trunkline_media::prompt::Prompt;

    fn prompt(byte: u8, frames: usize) -> Prompt {
        Prompt::from_g711(Law::Mu, &vec![byte; frames * 160])
    }

    /// The first byte of each frame, 0 where there was nothing.
    fn heard(hearing: &mut Hearing, frames: usize, is_bridged: bool) -> Vec<u8> {
        let frame = |_| {
            let mut out = [0; 160];
            hearing.fill(&mut out, is_bridged);
            while hearing.take_over().is_some() {}
            out[0]
        };
        (0..frames).map(frame).collect()
    }

    #[test]
    fn background_pauses_while_a_prompt_plays_and_goes_on_where_it_was() {
        let mut hearing = Hearing::new(Codec::Pcmu);
        let song: Vec<u8> = (0..8).flat_map(|byte| [byte + 1; 160]).collect();
        let song = Item::Loop(Prompt::from_g711(Law::Mu, &song));
        hearing.set_background(1, Some(&song));
        assert_eq!(heard(&mut hearing, 2, false), [1, 2]);
        hearing.play(2, &[Item::Prompt(prompt(99, 2))], false);
        assert_eq!(heard(&mut hearing, 4, false), [99, 99, 3, 4]);
        assert_eq!(heard(&mut hearing, 1, true), [0], "not in a conversation");
        hearing.stop(1);
        assert_eq!(heard(&mut hearing, 1, false), [0]);
    }

    #[test]
    fn an_open_playlist_waits_in_silence() {
        let mut hearing = Hearing::new(Codec::Pcmu);
        hearing.play(5, &[], true);
        assert_eq!(heard(&mut hearing, 2, false), [0xFF, 0xFF]);
        hearing.push(5, &Item::Prompt(prompt(7, 1)));
        hearing.push(6, &Item::Prompt(prompt(8, 1)));
        assert_eq!(heard(&mut hearing, 2, false), [7, 0xFF]);
        assert!(!hearing.hears_partner());
        hearing.finish(6);
        assert_eq!(hearing.take_over(), None);
        hearing.finish(5);
        assert_eq!(hearing.take_over(), Some(5));
        assert!(hearing.hears_partner());
    }

    #[test]
    fn hold_comes_before_background_and_after_prompts() {
        let mut hearing = Hearing::new(Codec::Pcmu);
        hearing.set_background(1, Some(&Item::Loop(prompt(1, 1))));
        hearing.hold(None);
        assert_eq!(heard(&mut hearing, 1, true), [0xFF]);
        hearing.hold(Some(&Item::Loop(prompt(3, 1))));
        hearing.play(2, &[Item::Silence(Duration::from_millis(20))], false);
        assert_eq!(heard(&mut hearing, 2, true), [0xFF, 3]);
        hearing.resume();
        assert_eq!(heard(&mut hearing, 1, false), [1]);
    }
}
