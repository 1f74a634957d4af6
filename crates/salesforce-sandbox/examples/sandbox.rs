//! Runs a sandbox until Ctrl-C:
//! `--listen ADDR --db FILE --fixture FILE --now TIME --jwt-key FILE` (each optional).

use std::error::Error;

use tokio::signal::ctrl_c;
use trunkline_salesforce_sandbox::{Database, Fixture, Observer, Options, Sandbox};

#[expect(clippy::print_stdout, reason = "a program talks to whoever runs it")]
#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut options = Options {
        observer: Some(Observer::new(|r| println!("{} {} {}", r.status, r.method, r.path))),
        ..Options::default()
    };
    let mut arguments = std::env::args().skip(1);
    while let Some(flag) = arguments.next() {
        let value = arguments.next().ok_or_else(|| format!("{flag} needs a value"))?;
        match flag.as_str() {
            "--listen" => options.listen = value.parse()?,
            "--db" => options.database = Database::File(value.into()),
            "--fixture" => options.fixture = Some(Fixture::read(value.as_ref())?),
            "--now" => options.now = Some(value.parse()?),
            "--jwt-key" => options.jwt_public_keys.push(value.into()),
            _ => return Err(format!("unknown option {flag}").into()),
        }
    }
    let sandbox = Sandbox::start(options).await?;
    println!("{}", sandbox.banner());
    ctrl_c().await?;
    sandbox.stop().await;
    Ok(())
}
