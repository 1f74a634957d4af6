//! Audio files: uploaded, listed, played, deleted; and the sounds that come with a `tenant.yaml`.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use data_encoding::BASE64;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use trunkline_accounts::{AuditEvent, Role, Scope};
use trunkline_settings::{Kind, Object, Put, Settings as Configuration, SettingsError, Trust};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::routes;

use super::desk::Done;
use crate::access::{Allowed, Caller, Table};
use crate::app::App;
use crate::body::{Ask, At, FileBody, LargeBody};
use crate::client::Client;
use crate::codes::Code;
use crate::json::Json;
use crate::problem::Problem;

/// Bytes of mu-law in a millisecond.
const BYTES_PER_MS: usize = 8;

/// Bytes before the sound in a WAV file, as far as its length is concerned.
const HEADER_BYTES: usize = 44;

pub(super) fn routes(table: Table) -> Table {
    let readers = Allowed::roles(&[Role::Administrator, Role::FlowDeveloper, Role::Auditor]);
    let readers = readers.or_token(Scope::ConfigurationRead);
    let writers = Allowed::roles(&[Role::Administrator]).or_token(Scope::ConfigurationWrite);
    table
        .route(readers, routes!(list))
        .route(readers, routes!(play))
        .route(writers, routes!(upload))
        .route(writers, routes!(delete))
        .route(writers, routes!(keep_sound))
        .route(readers, routes!(sound))
}

/// An audio file of the tenant.
#[derive(Debug, Serialize, ToSchema)]
struct Audio {
    /// The name under which flows play it, extension included.
    name: String,
    /// The version of its object, on which a change builds.
    version: u64,
    /// Whether it was uploaded; otherwise it lies beside `tenant.yaml`, or has no sound.
    is_uploaded: bool,
    /// How long it lasts, in milliseconds; none where nobody has said or measured it.
    duration_ms: Option<u64>,
    /// When it was last changed.
    changed_ms: i64,
    /// Who changed it last.
    who: String,
}

impl Audio {
    fn of(object: Object) -> Self {
        let value = &object.value;
        Self {
            version: object.version,
            is_uploaded: value.get("sha256").is_some_and(Value::is_string),
            duration_ms: value.get("duration_ms").and_then(Value::as_u64),
            changed_ms: object.changed_ms,
            who: object.who,
            name: object.id,
        }
    }
}

/// All audio files, in the order of `tenant.yaml`. `defaultmusic_on_hold.wav` is there without
/// being listed.
#[utoipa::path(
    get, path = "/audio", tag = "audio", responses((status = 200, body = Vec<Audio>))
)]
async fn list(State(app): State<Arc<App>>) -> Result<Json<Vec<Audio>>, Problem> {
    let objects = app.configuration(|settings| settings.list(Kind::Audio)).await?;
    Ok(Json(objects.into_iter().map(Audio::of).collect()))
}

/// An audio file as callers hear it: WAV, mono, 8 kHz, 8-bit mu-law.
#[utoipa::path(
    get, path = "/audio/{name}", tag = "audio",
    params(("name" = String, Path, description = "The name, extension included.")),
    responses((status = 200, description = "The file.", content_type = "audio/wav"))
)]
async fn play(State(app): State<Arc<App>>, At(name): At<String>) -> Result<Response, Problem> {
    let wanted = name.clone();
    let uploaded = app.configuration(move |settings| uploaded(settings, &wanted)).await?;
    let wav = match uploaded {
        Some(wav) => Some(wav),
        None => app.centre.audio(&name).await?,
    };
    let missing =
        || Problem::new(Code::NotFound, "There is no audio file of this name with sound.");
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("audio/wav")),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    Ok((headers, wav.ok_or_else(missing)?).into_response())
}

/// The sound of an audio file that was uploaded, which the server may not yet have in force.
fn uploaded(settings: &Configuration, name: &str) -> Result<Option<Vec<u8>>, SettingsError> {
    let object = match settings.get(Kind::Audio, name) {
        Ok(object) => object,
        Err(SettingsError::NotFound { .. }) => return Ok(None),
        Err(error) => return Err(error),
    };
    match object.value.get("sha256").and_then(Value::as_str) {
        Some(sha256) => settings.sound(sha256),
        None => Ok(None),
    }
}

/// Which version a change builds on.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct OnVersion {
    /// The version that the change builds on; 0 for an audio file that is not there yet.
    #[serde(default)]
    version: u64,
    /// Why.
    #[serde(default)]
    note: String,
}

/// A file's bytes.
#[derive(ToSchema)]
#[schema(value_type = String, format = Binary)]
#[allow(dead_code, reason = "only the document knows it")]
struct FileContent(Vec<u8>);

/// Uploads an audio file, or puts another sound in its place.
///
/// The body is the file itself: WAV, MP3, FLAC or OGG Vorbis, at most 32 MiB and 655 seconds. WAV
/// with mono, 8 kHz and 8-bit mu-law is kept as it is, 5 MB of it at most as in Webex; everything
/// else is converted into that. 422 `invalid` with a `reason` for what is no such file, 409 `stale`
/// where somebody changed it meanwhile. New contacts meet it within a second.
#[utoipa::path(
    put, path = "/audio/{name}", tag = "audio",
    request_body(content = FileContent, content_type = "application/octet-stream"),
    params(
        ("name" = String, Path, description = "The name under which flows play it."),
        OnVersion,
    ),
    responses((status = 200, body = Audio))
)]
async fn upload(
    State(app): State<Arc<App>>,
    caller: Caller,
    client: Client,
    At(name): At<String>,
    Ask(on): Ask<OnVersion>,
    FileBody(file): FileBody,
) -> Result<Json<Audio>, Problem> {
    let wav = app.centre.convert_audio(file).await?;
    let (author, now_ms) = (app.author(&caller, &on.note), app.now());
    let (duration_ms, expected) = (duration_ms(&wav), on.version);
    let object = app
        .configuration(move |settings| {
            let sha256 = settings.keep_sound(now_ms, &wav)?;
            let old = match settings.get(Kind::Audio, &name) {
                Ok(old) => old.value.get("file").and_then(Value::as_str).map(str::to_owned),
                Err(_) => None,
            };
            let file = old.unwrap_or_else(|| format!("audio/{name}"));
            let value = json!({
                "name": name, "file": file, "duration_ms": duration_ms, "sha256": sha256,
            });
            let (kind, trust) = (Kind::Audio, Trust::Interface);
            settings.put(&author, Put { kind, id: name, expected, value, trust })
        })
        .await?;
    if object.version != expected {
        let event = AuditEvent::done("audio.uploaded").on("audio", &object.id, &object.id);
        let detail = format!("version {}, {duration_ms} ms {}", object.version, on.note);
        app.record(&caller, &client, event.detail(detail.trim_end())).await?;
    }
    Ok(Json(Audio::of(object)))
}

/// How long a file with mu-law lasts, at least a millisecond.
fn duration_ms(wav: &[u8]) -> u64 {
    let sound = wav.len().saturating_sub(HEADER_BYTES);
    u64::try_from(sound.div_ceil(BYTES_PER_MS).max(1)).unwrap_or(u64::MAX)
}

/// Deletes an audio file. 409 `in-use` with `usages` while flows or queues play it, `stale` where
/// somebody changed it meanwhile.
#[utoipa::path(
    delete, path = "/audio/{name}", tag = "audio",
    params(("name" = String, Path, description = "The name, extension included."), OnVersion),
    responses((status = 204, description = "Done."))
)]
async fn delete(
    State(app): State<Arc<App>>,
    caller: Caller,
    client: Client,
    At(name): At<String>,
    Ask(on): Ask<OnVersion>,
) -> Done {
    let (author, deleted) = (app.author(&caller, &on.note), name.clone());
    let delete =
        move |settings: &Configuration| settings.delete(&author, Kind::Audio, &deleted, on.version);
    app.configuration(delete).await?;
    let event = AuditEvent::done("audio.deleted").on("audio", &name, &name);
    app.record(&caller, &client, event).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// A sound to be kept.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SoundToKeep {
    /// The audio file in Base64, as for an upload.
    base64: String,
}

/// A sound that is kept.
#[derive(Debug, Serialize, ToSchema)]
struct Sound {
    /// Its SHA-256 in hexadecimal, by which it is named.
    sha256: String,
    /// The sound in Base64: WAV, mono, 8 kHz, 8-bit mu-law.
    base64: String,
}

/// Keeps a sound for an audio file of a `tenant.yaml` that is applied afterwards, which names it
/// under `sounds`. What nothing names is forgotten after a day.
#[utoipa::path(
    post, path = "/sounds", tag = "audio", request_body = SoundToKeep,
    responses((status = 200, body = Sound))
)]
async fn keep_sound(
    State(app): State<Arc<App>>,
    LargeBody(sound): LargeBody<SoundToKeep>,
) -> Result<Json<Sound>, Problem> {
    let file = BASE64.decode(sound.base64.as_bytes());
    let file = file.map_err(|error| Problem::invalid("base64", error.to_string()))?;
    let wav = app.centre.convert_audio(file).await?;
    let (now_ms, base64) = (app.now(), BASE64.encode(&wav));
    let sha256 = app.configuration(move |settings| settings.keep_sound(now_ms, &wav)).await?;
    Ok(Json(Sound { sha256, base64 }))
}

/// A sound that is kept, whether an audio file names it or not.
#[utoipa::path(
    get, path = "/sounds/{sha256}", tag = "audio",
    params(("sha256" = String, Path, description = "Its SHA-256 in hexadecimal.")),
    responses((status = 200, body = Sound))
)]
async fn sound(
    State(app): State<Arc<App>>,
    At(sha256): At<String>,
) -> Result<Json<Sound>, Problem> {
    let wanted = sha256.clone();
    let wav = app.configuration(move |settings| settings.sound(&wanted)).await?;
    let wav = wav.ok_or_else(|| Problem::new(Code::NotFound, "There is no such sound."))?;
    Ok(Json(Sound { sha256, base64: BASE64.encode(&wav) }))
}
