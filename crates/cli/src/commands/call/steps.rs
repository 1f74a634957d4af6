//! What is done on the call, in the order of the command line.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Arg, ArgAction, ArgMatches, Command, FromArgMatches, value_parser};
use trunkline_softphone::script::Step;
use trunkline_softphone::sound;

use super::voice;
use crate::problem::{Problem, Result};

/// The level of `--tone`, in dBm0.
const TONE_DBM0: f64 = -10.0;

/// How long `--when-quiet` waits at most.
const QUIET_LIMIT: Duration = Duration::from_secs(600);

/// One option as it stands on the command line.
#[derive(Clone, Debug, PartialEq)]
enum Wish {
    Say(String),
    Play(PathBuf),
    Tone(f64),
    Press(String),
    After(Duration),
    WhenQuiet(Duration),
}

/// The steps, in their order.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Steps(Vec<Wish>);

impl Steps {
    /// Makes what is to be said and reads what is to be played, before anybody is called.
    pub(super) async fn prepare(&self) -> Result<Vec<Step>> {
        let mut steps = Vec::new();
        for wish in &self.0 {
            steps.push(match wish {
                Wish::Say(text) => Step::Say(voice::speak(text).await?),
                Wish::Play(file) => {
                    let bytes =
                        std::fs::read(file).map_err(|error| super::wrong_file(file, &error))?;
                    let item = sound::from_wav(&bytes)
                        .map_err(|error| Problem::misuse(format!("{}: {error}", file.display())))?;
                    Step::Say(vec![item])
                }
                Wish::Tone(hz) => Step::Play(vec![sound::tone(*hz, TONE_DBM0)]),
                Wish::Press(keys) => Step::Press(keys.clone()),
                Wish::After(time) => Step::Sleep(*time),
                Wish::WhenQuiet(quiet) => {
                    Step::WaitUntilQuiet { quiet: *quiet, within: QUIET_LIMIT }
                }
            });
        }
        Ok(steps)
    }
}

impl clap::Args for Steps {
    fn augment_args(command: Command) -> Command {
        let option = |name: &'static str, value: &'static str, help: &'static str| {
            Arg::new(name).long(name).value_name(value).help(help).action(ArgAction::Append)
        };
        command
            .arg(option("say", "TEXT", "Say a text, and go on when it is said"))
            .arg(
                option("play", "FILE", "Play a WAV file, and go on when it is over")
                    .value_parser(value_parser!(PathBuf)),
            )
            .arg(
                option("tone", "HZ", "Play a tone until something else is played")
                    .value_parser(frequency),
            )
            .arg(
                option("press", "KEYS", "Press keys, such as \"1,,2#\"; a comma is a pause")
                    .value_parser(keys),
            )
            .arg(option("after", "SECONDS", "Wait before the next step").value_parser(seconds))
            .arg(
                option("when-quiet", "SECONDS", "Wait until it has been quiet there for so long")
                    .value_parser(seconds),
            )
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl FromArgMatches for Steps {
    fn from_arg_matches(matches: &ArgMatches) -> std::result::Result<Self, clap::Error> {
        let mut wishes: Vec<(usize, Wish)> = Vec::new();
        wishes.extend(ordered(matches, "say", Wish::Say));
        wishes.extend(ordered(matches, "play", Wish::Play));
        wishes.extend(ordered(matches, "tone", Wish::Tone));
        wishes.extend(ordered(matches, "press", Wish::Press));
        wishes.extend(ordered(matches, "after", Wish::After));
        wishes.extend(ordered(matches, "when-quiet", Wish::WhenQuiet));
        wishes.sort_by_key(|(at, _)| *at);
        Ok(Self(wishes.into_iter().map(|(_, wish)| wish).collect()))
    }

    fn update_from_arg_matches(
        &mut self,
        matches: &ArgMatches,
    ) -> std::result::Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

/// The values of an option with their places on the command line.
fn ordered<T: Clone + Send + Sync + 'static>(
    matches: &ArgMatches,
    name: &str,
    wish: impl Fn(T) -> Wish,
) -> Vec<(usize, Wish)> {
    let places = matches.indices_of(name).into_iter().flatten();
    let values = matches.get_many::<T>(name).into_iter().flatten();
    places.zip(values.map(|value| wish(value.clone()))).collect()
}

/// Seconds, also in parts: `0.5`. At most a day.
pub(super) fn seconds(text: &str) -> std::result::Result<Duration, String> {
    let wrong = || "write a number of seconds from 0 to 86400".to_owned();
    let seconds: f64 = text.parse().map_err(|_| wrong())?;
    if (0.0..=86_400.0).contains(&seconds) {
        return Ok(Duration::from_secs_f64(seconds));
    }
    Err(wrong())
}

fn frequency(text: &str) -> std::result::Result<f64, String> {
    let wrong = || "write a frequency from 20 to 3900 Hz".to_owned();
    let hz: f64 = text.parse().map_err(|_| wrong())?;
    if (20.0..=3_900.0).contains(&hz) { Ok(hz) } else { Err(wrong()) }
}

fn keys(text: &str) -> std::result::Result<String, String> {
    let is_key = |c: char| "0123456789*#,".contains(c) || "ABCDabcd".contains(c);
    if !text.is_empty() && text.len() <= 100 && text.chars().all(is_key) {
        return Ok(text.to_owned());
    }
    Err("write up to 100 of 0 to 9, *, #, A to D, and a comma for a pause".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, clap::Parser)]
    struct Line {
        #[command(flatten)]
        steps: Steps,
    }

    fn parsed(words: &[&str]) -> std::result::Result<Vec<Wish>, clap::Error> {
        let words = std::iter::once("call").chain(words.iter().copied());
        <Line as clap::Parser>::try_parse_from(words).map(|line| line.steps.0)
    }

    #[test]
    fn steps_keep_the_order_of_the_command_line() {
        let line = ["--after", "1.5", "--press", "1,,2#", "--say", "hello", "--after", "2"];
        let line = [&line[..], &["--tone", "440", "--press", "9", "--when-quiet", "1"]].concat();
        assert_eq!(
            parsed(&line).unwrap(),
            [
                Wish::After(Duration::from_millis(1_500)),
                Wish::Press("1,,2#".into()),
                Wish::Say("hello".into()),
                Wish::After(Duration::from_secs(2)),
                Wish::Tone(440.0),
                Wish::Press("9".into()),
                Wish::WhenQuiet(Duration::from_secs(1)),
            ]
        );
        assert_eq!(parsed(&[]).unwrap(), []);
    }

    #[test]
    fn what_makes_no_sense_is_refused() {
        for line in [["--press", "12x"], ["--tone", "9000"], ["--after", "-1"], ["--after", "x"]] {
            assert!(parsed(&line).is_err(), "{line:?}");
        }
    }
}
