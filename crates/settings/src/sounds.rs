//! Sounds that were uploaded, by their SHA-256: audio files name theirs.
//!
//! A sound comes first and the object that names it afterwards, so that one which nobody names yet
//! stays for a day. Those of the past stay with the history of their objects, as far as there is
//! room.

use std::collections::BTreeMap;

use data_encoding::HEXLOWER;
use rusqlite::{Connection, OptionalExtension, Row, Transaction, params};
use serde_json::Value;

use crate::database::{Fault, count};
use crate::error::{Problem, SettingsError};
use crate::kind::Kind;
use crate::settings::Settings;

/// The largest sound, in bytes: the limit of Webex for an audio file.
const MAX_BYTES: usize = 5 << 20;

/// All sounds together, in bytes.
const MAX_ALL_BYTES: usize = 1 << 30;

/// How long a sound is kept that nothing names, in milliseconds.
const UNNAMED_MS: i64 = 86_400_000;

/// The sounds that objects name, those of the past too.
const NAMED: &str = "SELECT json_extract(history.value, '$.sha256') FROM history
                     WHERE history.kind = 'audio'
                     AND json_extract(history.value, '$.sha256') IS NOT NULL";

/// The sounds that objects name now.
const NAMED_NOW: &str = "SELECT json_extract(history.value, '$.sha256')
                         FROM objects JOIN history USING (kind, id, version)
                         WHERE objects.kind = 'audio'
                         AND json_extract(history.value, '$.sha256') IS NOT NULL";

impl Settings {
    /// Keeps a sound as telephones play it (WAV, mono, 8 kHz, mu-law), and gives its SHA-256 in
    /// hexadecimal, by which an object of the kind [`Kind::Audio`] names it.
    ///
    /// # Errors
    /// [`SettingsError::TooMany`] for more than 5 MB, or when all together would have more than
    /// 1 GB, and failures of the database.
    pub fn keep_sound(&self, now_ms: i64, wav: &[u8]) -> Result<String, SettingsError> {
        if wav.len() > MAX_BYTES {
            return Err(too_many("bytes of an audio file", MAX_BYTES));
        }
        let sha256 = HEXLOWER.encode(&trunkline_store::sha256(wav));
        self.db.write("keep a sound", |tx| {
            let sql = "INSERT INTO sounds (sha256, at_ms, wav) VALUES (?1, ?2, ?3)
                       ON CONFLICT (sha256) DO UPDATE SET at_ms = excluded.at_ms";
            tx.prepare_cached(sql)?.execute(params![sha256, now_ms, wav])?;
            make_room(tx, now_ms)
        })?;
        Ok(sha256)
    }

    /// The sound with this SHA-256; none if there is no such sound.
    ///
    /// # Errors
    /// Failures of the database.
    pub fn sound(&self, sha256: &str) -> Result<Option<Vec<u8>>, SettingsError> {
        let sql = "SELECT wav FROM sounds WHERE sha256 = ?1";
        self.db.read("read a sound", |db| {
            Ok(db.prepare_cached(sql)?.query_row([sha256], |row| row.get(0)).optional()?)
        })
    }
}

fn too_many(what: &'static str, limit: usize) -> SettingsError {
    SettingsError::TooMany { what, limit }
}

/// Forgets what nothing has named for a day; where that is not enough, the oldest of the past.
fn make_room(tx: &Transaction<'_>, now_ms: i64) -> Result<(), Fault> {
    let long_ago_ms = now_ms.saturating_sub(UNNAMED_MS);
    let sql = format!("DELETE FROM sounds WHERE at_ms < ?1 AND sha256 NOT IN ({NAMED})");
    tx.execute(&sql, [long_ago_ms])?;
    let all = |tx: &Transaction<'_>| {
        let sql = "SELECT coalesce(sum(length(wav)), 0) FROM sounds";
        tx.query_row(sql, [], |row| count(row, 0))
    };
    while all(tx)? > MAX_ALL_BYTES as u64 {
        let sql = format!(
            "DELETE FROM sounds WHERE sha256 = (
                 SELECT sha256 FROM sounds WHERE at_ms < ?1 AND sha256 NOT IN ({NAMED_NOW})
                 ORDER BY at_ms LIMIT 1)"
        );
        if tx.execute(&sql, [long_ago_ms])? == 0 {
            return Err(too_many("bytes of audio files", MAX_ALL_BYTES).into());
        }
    }
    Ok(())
}

/// Objects whose sound is not here.
pub(crate) fn check(db: &Connection) -> Result<(), Fault> {
    let sql = format!(
        "SELECT objects.id FROM objects JOIN history USING (kind, id, version)
         WHERE objects.kind = 'audio'
         AND json_extract(history.value, '$.sha256') IN
             ({NAMED_NOW} EXCEPT SELECT sha256 FROM sounds)"
    );
    let id_of = |row: &Row<'_>| row.get::<_, String>(0);
    let ids: Vec<String> =
        db.prepare_cached(&sql)?.query_map([], id_of)?.collect::<Result<_, _>>()?;
    let what = "its sound is not here; upload the audio file, or leave `sha256` out";
    let problem = |id: &String| Problem::of(Kind::Audio, id, "sha256", what);
    match ids.is_empty() {
        true => Ok(()),
        false => Err(SettingsError::Invalid(ids.iter().map(problem).collect()).into()),
    }
}

/// The value of an audio file out of a `tenant.yaml`: with the sound that came along, or else with
/// the one that was uploaded before for the same file.
pub(crate) fn with_sound(
    (kind, id): (Kind, &str),
    mut value: Value,
    old: Option<&Value>,
    given: &BTreeMap<String, String>,
) -> Value {
    if kind != Kind::Audio {
        return value;
    }
    if let Some(sha256) = given.get(id) {
        value["sha256"] = sha256.as_str().into();
    } else if let Some(old) = old
        && value.get("sha256").is_none()
        && [None, old.get("file")].contains(&value.get("file"))
    {
        for key in ["sha256", "file", "duration_ms"] {
            if let (None, Some(kept)) = (value.get(key), old.get(key).filter(|it| !it.is_null())) {
                value[key] = kept.clone();
            }
        }
    }
    value
}
