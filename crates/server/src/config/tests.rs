//! Each bad file gets its message; good ones are read as they are written.

use std::fs;
use std::path::{Path, PathBuf};

use super::read::{self, ReadOptions};
use super::*;

/// The first line about a text, without the file's name.
fn complaints(text: &str) -> Vec<String> {
    let read = read::parse("f", text, ReadOptions::default());
    let errors = read.expect_err(text);
    errors.problems().iter().map(|it| it.to_string()["f:".len()..].to_owned()).collect()
}

#[test]
fn every_mistake_has_its_line_key_and_advice() {
    let table: [(&str, &[&str]); 39] = [
        (
            "[web]\nlisten = '127.0.0.1:0'\ncertificate = 'c.pem'\n",
            &[
                "1:2: web: `certificate` and `key` belong together; name both or neither",
                "2:1: web.listen: 127.0.0.1:0: name a port, such as 8443",
            ],
        ),
        (
            "[webrtc]\npublic_address = ['0.0.0.0']\ntcp_public_port = 443\n",
            &[
                "2:19: webrtc.public_address[0]: browsers cannot reach a wildcard address; name \
                 the public one",
                "3:1: webrtc.tcp_public_port: there is no `tcp` that it could lead to",
            ],
        ),
        ("[webrtc]\ncodecs = []\n", &["2:10: webrtc.codecs: the list must not be empty"]),
        (
            "[desk]\nidle_after_s = 60\nsign_out_after_s = 30\n",
            &["3:1: desk.sign_out_after_s: must not be less than `idle_after_s`"],
        ),
        ("tenant = \n", &["1:10: string values must be quoted, expected literal string"]),
        ("[sip]\nmax_calls = 5\n[sip]\n", &["3:2: duplicate key"]),
        (
            "tenat = 't'\n",
            &["1:1: unknown key `tenat` (allowed: admin, data_dir, desk, http, journal, \
                             limits, log, phone, phones, rtp, sip, speech, tenant, trunk, try, \
                             web, webrtc); did you mean `tenant`?"],
        ),
        (
            "tenant = 7\n",
            &["1:10: tenant: expected text, found a whole number; put quotes around \
                            it"],
        ),
        (
            "trunk = {}\n",
            &["1:9: trunk: expected a list, found a table; write its head as \
                            `[[…]]`"],
        ),
        (
            "[sip]\nlisten = '0.0.0.0:5060'\n",
            &["2:10: sip.listen: expected a list, found text; put `[` and `]` around it"],
        ),
        (
            "[sip]\nlisten = []\n",
            &["2:1: sip.listen: name at least one address, such as `0.0.0.0:5060`"],
        ),
        (
            "[sip]\nlisten = ['10.0.0.1']\n",
            &["2:11: sip.listen[0]: `10.0.0.1` is not an IP address and a port; expected an \
               address and a port such as `192.0.2.7:5060`"],
        ),
        (
            "[sip]\nlisten = ['[::]:5060', '10.0.0.1:5060', '10.0.0.1:5060']\n",
            &[
                "2:11: sip.listen[0]: the SIP library cannot listen on all IPv6 addresses; name each \
               of them",
                "2:41: sip.listen[2]: the address is there already",
            ],
        ),
        (
            "[sip]\nlisten = ['127.0.0.1:5060', '[::1]:5060']\n[rtp]\naddress = '127.0.0.1'\n",
            &[
                "2:29: sip.listen[1]: calls over IPv6 would be refused: `rtp` has no address of it. \
               Without `rtp.address` there is audio over both",
            ],
        ),
        (
            "[sip]\nadvertised = ['0.0.0.0', '192.0.2.1']\n",
            &[
                "2:15: sip.advertised[0]: others cannot reach a wildcard address; name the public \
               one",
                "2:26: sip.advertised[1]: there is an address of this IP family already; one is \
               allowed",
            ],
        ),
        (
            "[sip]\nmax_calls = 0\n",
            &["2:13: sip.max_calls: 0 is out of range (allowed: 1 to 100000)"],
        ),
        (
            "[rtp]\nthreads = 1.5\nports = '10001-10003'\n",
            &[
                "2:11: rtp.threads: expected a whole number, found a number that is not whole",
                "3:9: rtp.ports: `10001-10003` begins with an odd port; expected two ports such as \
               `16384-32767`",
            ],
        ),
        (
            "[[trunk]]\nname = 'a'\n",
            &["1:1: trunk[0]: no call can come from it or go to it; give it `networks` (or \
               `digest`) for calls in, `outbound` for calls out"],
        ),
        (
            "[[trunk]]\nname = ''\nnetworks = ['192.0.2.1', '192.0.2.1/24', 'x']\n",
            &[
                "2:8: trunk[0].name: must not be empty",
                "3:13: trunk[0].networks[0]: `192.0.2.1` has no prefix length; did you mean \
               `192.0.2.1/32`?",
                "3:26: trunk[0].networks[1]: `192.0.2.1/24` is an address in a network; did you mean \
               `192.0.2.0/24`?",
                "3:42: trunk[0].networks[2]: `x` is not a network; expected a network such as \
               `192.0.2.0/24` or `192.0.2.7/32`",
            ],
        ),
        (
            "[[trunk]]\nname = 'a'\nnetworks = ['10.0.0.0/8']\n\
          [[trunk]]\nname = 'a'\nnetworks = ['10.0.0.0/8']\n",
            &[
                "5:1: trunk[1].name: there is a trunk `a` already",
                "6:13: trunk[1].networks[0]: calls from 10.0.0.0/8 are those of trunk `a` already",
            ],
        ),
        (
            "[[trunk]]\nname = 'a'\nnetworks = ['10.0.0.0/8']\nsend_headers = ['X-A', 'To', 'X-*']\n",
            &["4:24: trunk[0].send_headers[1]: `To` is no name that begins with `X-`"],
        ),
        (
            "[[trunk]]\nname = 'a'\ndigest = { user = 'u', password = 'hunter2' }\n",
            &["3:24: trunk[0].digest.password: a secret must not stand in this file; put it into \
               an environment variable and write `{ env = \"NAME\" }`, or into a file and write \
               `{ file = \"PATH\" }` (`--allow-literal-secrets` allows it)"],
        ),
        (
            "[[trunk]]\nname = 'a'\ndigest = { user = 'u', password = { env = 'hunter 2' } }\n",
            &["3:37: trunk[0].digest.password.env: expected the name of an environment variable \
               (letters, digits and `_`)"],
        ),
        (
            "[[trunk]]\nname = 'a'\ndigest = { user = 'u', password = 5 }\n",
            &["3:35: trunk[0].digest.password: expected a table (env) or a table (file) or text, \
               found a whole number"],
        ),
        (
            "[[trunk]]\nname = 'a'\ndnis_from = 'diversoin'\nnetworks = ['10.0.0.0/8']\n",
            &["3:13: trunk[0].dnis_from: `diversoin` is not allowed here (allowed: request_uri, \
               to, diversion); did you mean `diversion`?"],
        ),
        (
            "[[trunk]]\nname = 'a'\noutbound = { targets = ['a b'], transport = 'tls' }\n",
            &[
                "3:25: trunk[0].outbound.targets[0]: `a b` is not a host; expected a host such as \
               `sip.example.com` or `192.0.2.7:5080`",
                "3:45: trunk[0].outbound.transport: `tls` is not allowed here (allowed: udp, tcp)",
            ],
        ),
        (
            "[[trunk]]\nname = 'a'\noutbound = { targets = ['sip.example.com'], user = 'u' }\n",
            &[
                "3:1: trunk[0].outbound: there is a `user` without a `password`",
                "3:25: trunk[0].outbound.targets[0]: a host by name needs `networks` of the trunk: \
               the addresses that its answers come from, since nobody else is listened to",
            ],
        ),
        (
            "[[trunk]]\nname = 'a'\noutbound = { targets = ['192.0.2.1'], caller_id = 'Bob' }\n",
            &["3:39: trunk[0].outbound.caller_id: `Bob` is not a number, such as `+12025550100`"],
        ),
        (
            "[phones]\nmin_expires_s = 600\nmax_expires_s = 60\n",
            &["2:1: phones.min_expires_s: must not be more than `max_expires_s`"],
        ),
        ("[phones]\ndigest = []\n", &["2:10: phones.digest: the list must not be empty"]),
        (
            "[phones]\ndigest = ['sha-256', 'md5', 'md5']\n",
            &["2:29: phones.digest[2]: it is there already"],
        ),
        ("[[phone]]\nuser = 'maria'\n", &["1:1: phone[0]: the key `password` is missing"]),
        (
            "[[phone]]\nuser = 'a b'\npassword = { env = 'A' }\n",
            &["2:1: phone[0].user: `a b` cannot be the user of a SIP address (allowed: letters, \
               digits, `-_.+`)"],
        ),
        (
            "[[phone]]\nuser = 'm'\npassword = { env = 'A' }\nagent = 'x'\n\
          [[phone]]\nuser = 'm'\npassword = { file = 'A' }\nagent = 'x'\n",
            &[
                "6:1: phone[1].user: there is a phone `m` already",
                "8:1: phone[1].agent: agent `x` has a phone already",
            ],
        ),
        (
            "[http]\nlisten = '0.0.0.0:8088'\n",
            &[
                "2:1: http.listen: others can reach this address and there is no TLS; use 127.0.0.1 \
               and a proxy, or set `allow_plain = true`",
            ],
        ),
        (
            "[log.targets]\nrsipstack = 'debug'\n",
            &["2:1: log.targets.rsipstack: would log credentials (allowed: off, error, warn)"],
        ),
        (
            "[[speech.providers]]\nname = 'x'\nkind = 'espeak-ng'\n",
            &["1:1: speech.providers[0]: `kind`: `espeak-ng` is not allowed here (allowed: \
               espeak_ng, open_jtalk, openai_compatible, command, google, azure); did you mean \
               `espeak_ng`?"],
        ),
        (
            "[[speech.providers]]\nname = 'x'\nkind = 'espeak_ng'\nprogramme = 'y'\n",
            &["4:1: speech.providers[0]: unknown key `programme` (allowed: kind, max_concurrent, \
               name, program); did you mean `program`?"],
        ),
        (
            "[[speech.providers]]\nname = 'x'\nkind = 'azure'\nkey = 'k3y'\nregion = 'r'\n",
            &[
                "4:1: speech.providers[0].key: a secret must not stand in this file; put it into an \
               environment variable and write `{ env = \"NAME\" }`, or into a file and write \
               `{ file = \"PATH\" }` (`--allow-literal-secrets` allows it)",
            ],
        ),
    ];
    for (text, expected) in table {
        assert_eq!(complaints(text), expected, "{text}");
    }
}

#[test]
fn what_is_not_written_is_as_usual() {
    let (config, _) = read::parse("f", "tenant = 'tenant.yaml'\n", ReadOptions::default()).unwrap();
    assert_eq!(config, Config::default());
    let (config, _) = read::parse("f", "", ReadOptions::default()).unwrap();
    assert_eq!(config, Config::default());
}

const FULL: &str = r#"
tenant = "site/tenant.yaml"
data_dir = "/var/lib/trunkline"
[sip]
listen = ["192.0.2.10:5060", "[2001:db8::10]:5060"]
advertised = ["203.0.113.5"]
max_calls = 500
anonymous_networks = ["198.51.100.0/24"]
rate = { per_second = 5, burst = 10 }
ban = { failures = 3 }
[rtp]
ports = "20000-20999"
[[trunk]]
name = "carrier"
networks = ["203.0.113.0/24", "2001:db8:1::/48"]
trusted_identity = true
dnis_from = "diversion"
numbers = { default_country_code = "81", national_prefix = "0" }
send_headers = ["X-Account", "X-*"]
digest = { user = "in", password = { env = "IN" } }
[trunk.outbound]
targets = ["sip.example.com", "[2001:db8:1::1]:5061"]
transport = "tcp"
user = "out"
password = { file = "secrets/out" }
caller_id = "+12025550100"
[[phone]]
user = "maria"
password = { env = "MARIA" }
[[speech.providers]]
name = "voice"
kind = "openai_compatible"
base_url = "http://127.0.0.1:8880"
[journal]
sync = "always"
[log]
level = "debug"
format = "json"
targets = { hyper = "info" }
"#;

#[test]
fn every_key_is_read() {
    let (config, _) = read::parse("f", FULL, ReadOptions::default()).unwrap();
    let trunk = &config.trunks[0];
    assert_eq!(trunk.dnis_from, DnisHeader::Diversion);
    let outbound = trunk.outbound.as_ref().unwrap();
    assert_eq!(outbound.targets[1].to_string(), "[2001:db8:1::1]:5061");
    assert_eq!(outbound.transport, Transport::Tcp);
    assert_eq!(config.sip.rate, RateConfig { per_second: 5, burst: 10, ..RateConfig::default() });
    assert_eq!(config.sip.ban.failures, 3);
    assert_eq!((config.rtp.ports.legs(), config.rtp.threads), (500, 1));
    assert_eq!(config.journal.sync, SyncMode::Always);
    assert_eq!(config.log.targets["hyper"], LogLevel::Info);
    let told: Vec<_> = config.rtp.told(&config.sip).iter().map(ToString::to_string).collect();
    assert_eq!(told, ["203.0.113.5", "2001:db8::10"]);
}

#[test]
fn hostile_files_are_refused_and_not_suffered() {
    let deep = format!("tenant = {}{}", "[".repeat(100_000), "]".repeat(100_000));
    let keys: String = (0..50_000).map(|n| format!("k{n} = 1\n")).collect();
    let long = format!("tenant = '{}'\n", "x".repeat(2 << 20));
    for text in [deep, keys, long, "\u{0}".to_owned(), "=".repeat(1_000)] {
        let errors = read::parse("f", &text, ReadOptions::default()).unwrap_err();
        assert!(!errors.problems().is_empty() && errors.to_string().len() < 100_000);
    }
}

/// A folder with a tenant that has one flow, two agents and a queue.
struct Folder(tempfile::TempDir);

const TENANT: &str = "\
name: Test
flows: [{file: flow.json}]
entry_points:
  - {id: main, name: Main, dnis: ['+12025550100'], flow: Hello, allow_anonymous: true}
  - {id: none, name: Unlisted, flow: Hello, fallback: {number: '+12025550111'}}
queues: [{id: q, name: Support, groups: [{teams: [T]}]}]
teams: [{id: t, name: T}]
agents:
  - {id: maria, name: Maria Lind, teams: [T], phone: maria}
  - {id: kenji, name: Kenji Mori, teams: [T], phone: '+12025550122'}
";

fn export() -> String {
    serde_json::json!({
        "flowId": "hello", "name": "Hello", "flowType": "FLOW", "variables": [],
        "process": {"activities": {"a": {"id": "a", "name": "NewPhoneContact", "properties":
            {"activityName": "NewPhoneContact", "name": "NewPhoneContact"}}}, "links": []},
        "eventFlows": {"eventsMap": {}},
    })
    .to_string()
}

impl Folder {
    fn new(config: &str) -> Self {
        let folder = Self(tempfile::tempdir().unwrap());
        folder.write("tenant.yaml", TENANT);
        folder.write("flow.json", &export());
        folder.write("trunkline.toml", config);
        folder
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.0.path().join(name), text).unwrap();
    }

    fn file(&self) -> PathBuf {
        self.0.path().join("trunkline.toml")
    }

    fn load(&self) -> Result<Setup, ConfigErrors> {
        let env = |name: &str| (name == "MARIA").then(|| "w0nder".to_owned());
        Setup::load_with(&self.file(), SetupOptions::default(), &env)
    }

    /// What is wrong, without the folder's name.
    fn complaints(&self) -> Vec<String> {
        let folder = format!("{}/", self.0.path().display());
        let errors = self.load().unwrap_err();
        errors.problems().iter().map(|it| it.to_string().replace(&folder, "")).collect()
    }

    fn warnings(&self) -> Vec<String> {
        let folder = format!("{}/", self.0.path().display());
        let setup = self.load().unwrap();
        let all = setup.warnings.iter().map(|it| it.to_string().replace(&folder, ""));
        // The flow ends at once, which is another matter.
        all.filter(|it| !it.contains("flow.json")).collect()
    }
}

const MARIA: &str = "[[phone]]\nuser = 'maria'\npassword = { env = 'MARIA' }\n";

#[test]
fn phones_find_their_agents_and_passwords() {
    let folder = Folder::new(MARIA);
    let setup = folder.load().unwrap();
    let phone = &setup.phones[0];
    assert_eq!((phone.agent.as_str(), phone.credentials.user.as_str()), ("maria", "maria"));
    use secrecy::ExposeSecret as _;
    assert_eq!(phone.credentials.password.expose_secret(), "w0nder");
    assert!(!format!("{setup:?}").contains("w0nder"), "Debug shows the password");
    assert_eq!(setup.exports.len(), 1);
    assert_eq!(setup.socket_path(), folder.0.path().join("data/admin.sock"));
}

#[test]
fn what_the_files_say_together_is_checked() {
    let phone = |lines: &str| format!("[[phone]]\n{lines}\n");
    let table: [(&str, &[&str]); 6] = [
        (
            &phone("user = 'eve'\npassword = { env = 'MARIA' }"),
            &["trunkline.toml:2:1: phone[0].user: no agent of the tenant has `phone: eve`; name \
               the agent here with `agent`"],
        ),
        (
            &phone("user = 'x'\nagent = 'marai'\npassword = { env = 'MARIA' }"),
            &["trunkline.toml:3:1: phone[0].agent: the tenant has no agent `marai`; did you mean \
               `maria`?"],
        ),
        (
            &phone("user = 'maria'\npassword = { env = 'NOT_SET' }"),
            &["trunkline.toml:3:1: phone[0].password: the environment variable NOT_SET is not \
               set; set it"],
        ),
        (
            &phone("user = 'maria'\npassword = { file = 'no/such' }"),
            &["trunkline.toml:3:1: phone[0].password: no/such cannot be read: No such file or \
               directory (os error 2)"],
        ),
        (
            "tenant = 'else.yaml'\n",
            &["trunkline.toml:1:1: tenant: else.yaml cannot be read: No such file or directory \
               (os error 2); paths are relative to this file"],
        ),
        (
            "data_dir = 5\n",
            &["trunkline.toml:1:12: data_dir: expected text, found a whole number; put quotes \
               around it"],
        ),
    ];
    for (text, expected) in table {
        assert_eq!(Folder::new(text).complaints(), expected, "{text}");
    }
}

#[test]
fn mistakes_of_the_tenant_are_those_of_its_file() {
    let folder = Folder::new("");
    folder.write("tenant.yaml", "flows: [{file: gone.json}]\nnmae: x\n");
    let found = folder.complaints();
    assert!(found[0].starts_with("tenant.yaml:2:1: unknown key `nmae`"), "{found:?}");
    folder.write("tenant.yaml", "flows: [{file: gone.json}]\n");
    let found = folder.complaints();
    assert!(found[0].starts_with("tenant.yaml:1:16: flows[0].file: gone.json cannot be read"));
    folder.write("tenant.yaml", &TENANT.replace("flow: Hello,", "flow: Helo,"));
    let found = folder.complaints();
    assert!(found[0].ends_with("name or id `Helo`; did you mean `Hello`?"), "{found:?}");
}

#[test]
fn what_nobody_can_reach_is_noted() {
    let trunk = "[[trunk]]\nname = 'c'\nnetworks = ['192.0.2.0/24']\n";
    let outbound = "outbound = { targets = ['192.0.2.1'] }\n";
    let none = Folder::new("").warnings();
    assert_eq!(none.len(), 5, "{none:#?}");
    assert!(none[0].contains("nobody can call `Main`: trunkline.toml has no `[[trunk]]`"));
    assert!(none[1].contains("no call reaches `Unlisted`: it has no number under `dnis`"));
    assert!(none[2].contains("agents[0].phone: trunkline.toml has no `[[phone]]` of this user"));
    assert!(none[3].contains("agents[1].phone: no trunk has `outbound`"));
    assert!(none[4].contains("entry_points[1].fallback: no trunk has `outbound`"));
    let phones = Folder::new(MARIA).warnings();
    assert!(phones[0].contains("only agents' phones can call `Main`"), "{phones:#?}");
    let both = Folder::new(&format!("{trunk}{outbound}{MARIA}")).warnings();
    assert_eq!(both.len(), 2, "{both:#?}");
    assert!(both[0].contains("`Main` has `allow_anonymous`, but `sip.anonymous_networks`"));
    let open = "[sip]\nanonymous_networks = ['198.51.100.0/24']\n[rtp]\nports = '20000-20099'\n";
    let open = Folder::new(&format!("{open}{trunk}{outbound}{MARIA}")).warnings();
    assert!(open[1].contains("rtp.ports: has room for 50 calls"), "{open:#?}");
}

#[test]
fn a_reload_says_what_changed_and_keeps_what_cannot() {
    let folder = Folder::new(MARIA);
    let old = folder.load().unwrap();
    assert_eq!(changes(&old, &folder.load().unwrap()), []);
    let sip = "[sip]\nlisten = ['127.0.0.1:5999']\nmax_calls = 7\n[log]\nlevel = 'warn'\n";
    folder.write("trunkline.toml", &format!("{sip}{MARIA}"));
    folder.write("tenant.yaml", &TENANT.replace("name: Test", "name: Changed"));
    let mut new = folder.load().unwrap();
    let found: Vec<_> = changes(&old, &new).into_iter().map(|it| (it.key, it.live)).collect();
    let expected =
        [("sip.listen", false), ("sip.max_calls", true), ("log", true), ("tenant", true)];
    assert_eq!(found, expected);
    new.keep_fixed(&old);
    assert_eq!(new.config.sip.listen, old.config.sip.listen);
    assert_eq!((new.config.sip.max_calls, new.config.log.level), (7, LogLevel::Warn));
    // What is fixed is kept and named again the next time.
    let again = changes(&new, &folder.load().unwrap());
    assert_eq!(again, [Change { key: "sip.listen", live: false }]);
}

#[test]
fn the_pages_are_what_the_types_say() {
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs");
    let update = std::env::var_os("UPDATE_DOCS").is_some_and(|value| value == "1");
    let check = |file: &str, expected: &dyn Fn(&str) -> String| {
        let path = docs.join(file);
        let text = fs::read_to_string(&path).unwrap_or_default();
        let expected = expected(&text);
        if update {
            fs::write(&path, &expected).unwrap();
        }
        assert!(
            update || text == expected,
            "docs/{file} is not what the types say; \
             run: UPDATE_DOCS=1 cargo test -p trunkline-server"
        );
    };
    check("trunkline.schema.json", &|_| schema::config_schema());
    check("serve.md", &|text| {
        let keys = ("generated: UPDATE_DOCS=1 cargo test -p trunkline-server", "what is generated");
        let text = with_generated(text, keys, &schema::key_table());
        let metrics = ("metrics: UPDATE_DOCS=1 cargo test -p trunkline-server", "metrics");
        with_generated(&text, metrics, &crate::ops::metrics::metric_table())
    });
}

/// The page with what is between its marks replaced.
fn with_generated(page: &str, (begin, end): (&str, &str), table: &str) -> String {
    let (begin, end) = (format!("<!-- {begin} -->\n"), format!("<!-- end of {end} -->\n"));
    let (before, rest) = page.split_once(&begin).expect("the page has the mark of the beginning");
    let (_, after) = rest.split_once(&end).expect("the page has the mark of the end");
    format!("{before}{begin}\n{table}\n{end}{after}")
}
