//! All addresses, each with whom it is for.

mod audio;
mod audit;
mod calls;
mod configuration;
mod contacts;
mod desk;
mod documents;
mod flows;
mod live;
mod session;
mod setup;
mod setup_steps;
mod socket;
mod tokens;
mod trial;
mod users;

use utoipa::openapi::{ComponentsBuilder, InfoBuilder, OpenApi, OpenApiBuilder};
use utoipa::{PartialSchema, ToSchema};

use crate::access::{Table, security_schemes};
use crate::problem::Document;

pub(crate) use live::Pages;

/// The table of all addresses.
pub(crate) fn table() -> Table {
    let mut table = Table::new(document());
    let mut schemas = vec![(Document::name().into_owned(), Document::schema())];
    Document::schemas(&mut schemas);
    table.add_schemas(schemas);
    let parts = [
        session::routes,
        setup::routes,
        users::routes,
        tokens::routes,
        audit::routes,
        desk::routes,
        calls::routes,
        contacts::routes,
        live::routes,
        documents::routes,
        configuration::routes,
        flows::routes,
        audio::routes,
        setup_steps::routes,
        trial::routes,
    ];
    parts.into_iter().fold(table, |table, part| part(table))
}

fn document() -> OpenApi {
    let info = InfoBuilder::new()
        .title("Trunkline")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some(include_str!("about.md")))
        .build();
    let mut components = ComponentsBuilder::new();
    for (name, scheme) in security_schemes() {
        components = components.security_scheme(name, scheme);
    }
    OpenApiBuilder::new().info(info).components(Some(components.build())).build()
}
