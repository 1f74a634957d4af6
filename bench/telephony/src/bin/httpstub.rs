//! The stand-in for Salesforce as a program of its own.

use std::error::Error;
use std::net::SocketAddrV4;

use clap::Parser;
use trunkline_bench_telephony::http_stub::{Counts, listen, run};

#[derive(Parser)]
#[command(about = "Answers a flow's requests at once; prints what it counted at the end")]
struct Arguments {
    /// Where it listens.
    #[arg(long, default_value = "127.0.0.1:18080")]
    listen: SocketAddrV4,
    /// How long each answer takes, in ms.
    #[arg(long, default_value_t = 0)]
    delay_ms: u64,
}

fn main() -> Result<(), Box<dyn Error>> {
    let arguments = Arguments::parse();
    let listener = listen(arguments.listen)?;
    let counts = Counts::default();
    counts.delay(arguments.delay_ms);
    std::thread::scope(|scope| -> Result<(), Box<dyn Error>> {
        let stub = scope.spawn(|| run(listener, &counts));
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        runtime.block_on(tokio::signal::ctrl_c())?;
        counts.stop();
        stub.join().map_err(|_| "the stub panicked")??;
        println!("{}", serde_json::to_string(&counts.by_path())?);
        Ok(())
    })
}
