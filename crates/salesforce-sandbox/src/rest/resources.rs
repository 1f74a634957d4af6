//! `GET /services/data/vXX.0`: the map of resources.

use super::call::{Api, Call, Outcome};
use crate::http::Response;
use crate::json::Json;

const RESOURCES: [&str; 7] =
    ["sobjects", "query", "queryAll", "search", "parameterizedSearch", "composite", "limits"];

pub(super) fn answer(api: &Api<'_>, call: &Call) -> Outcome {
    call.only(&["GET"])?;
    let base = call.base();
    let mut map: Vec<(String, Json)> = RESOURCES
        .iter()
        .map(|name| ((*name).to_owned(), Json::Text(format!("{base}/{name}"))))
        .collect();
    map.push(("identity".to_owned(), Json::from(api.identity_url)));
    Ok(Response::json(200, Json::Object(map)))
}
