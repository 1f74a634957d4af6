//! `contacts.sqlite`: a line for each contact that is over.

use std::path::Path;

use rusqlite::{Connection, OptionalExtension, Row, ToSql, params};
use trunkline_api::centre::ContactSearch;
use trunkline_model::{AgentId, ContactId, TeamId};

use super::entry::{Entry, Seen, direction_of, outcome_of, word_of, word_of_direction};

/// So many lines go at a time when they are too old: a search must not wait for it.
const PURGE_AT_ONCE: usize = 1_000;

/// Memory for pages of the database, in KiB: what the system keeps of the file is as near.
const CACHE_KIB: i64 = 256;

/// The database.
pub(super) struct Shelf {
    database: Connection,
}

impl Shelf {
    /// # Errors
    /// It cannot be opened.
    pub(super) fn open(path: &Path) -> rusqlite::Result<Self> {
        let database = Connection::open(path)?;
        database.pragma_update(None, "journal_mode", "wal")?;
        // A line is no truth: the journal is. What a power cut takes is written by recovery.
        database.pragma_update(None, "synchronous", "normal")?;
        database.pragma_update(None, "cache_size", -CACHE_KIB)?;
        database.execute_batch(include_str!("schema.sql"))?;
        Ok(Self { database })
    }

    /// Keeps lines; those that are there already are replaced.
    ///
    /// # Errors
    /// None of them is kept.
    pub(super) fn keep(&mut self, entries: &[Entry]) -> rusqlite::Result<()> {
        let work = self.database.transaction()?;
        for entry in entries {
            put(&work, entry)?;
        }
        work.commit()
    }

    /// Lines that fit, the newest first.
    ///
    /// # Errors
    /// The database's.
    pub(super) fn search(&self, search: &ContactSearch) -> rusqlite::Result<Vec<Entry>> {
        let mut conditions = vec!["1".to_owned()];
        let mut values: Vec<Box<dyn ToSql>> = Vec::new();
        let mut ask = |condition: &str, value: Box<dyn ToSql>| {
            conditions.push(condition.to_owned());
            values.push(value);
        };
        if let Some(agent) = &search.agent {
            let condition = "id IN (SELECT contact FROM seen WHERE agent = ?)";
            ask(condition, Box::new(agent.as_str().to_owned()));
        }
        if let Some(teams) = &search.teams {
            // JSON, so that there is one parameter however many teams there are.
            let teams = serde_json::to_string(teams).unwrap_or_default();
            let condition = "EXISTS (SELECT 1 FROM seen WHERE contact = id AND team IN \
                             (SELECT value FROM json_each(?)))";
            ask(condition, Box::new(teams));
        }
        if let Some(ani) = &search.ani {
            ask("ani = ?", Box::new(ani.clone()));
        }
        if let Some(before_ms) = search.before_ms {
            ask("arrived_ms < ?", Box::new(before_ms));
        }
        if let Some(from_ms) = search.from_ms {
            ask("arrived_ms >= ?", Box::new(from_ms));
        }
        values.push(Box::new(i64::try_from(search.limit).unwrap_or(i64::MAX)));
        let conditions = conditions.join(" AND ");
        let sql =
            format!("SELECT * FROM contacts WHERE {conditions} ORDER BY arrived_ms DESC LIMIT ?");
        let mut query = self.database.prepare_cached(&sql)?;
        let values: Vec<&dyn ToSql> = values.iter().map(|value| &**value).collect();
        let found: rusqlite::Result<Vec<Entry>> = query.query_map(&values[..], read)?.collect();
        found?.into_iter().map(|entry| self.with_agents(entry)).collect()
    }

    /// The line of a contact.
    ///
    /// # Errors
    /// The database's.
    pub(super) fn entry(&self, contact: &ContactId) -> rusqlite::Result<Option<Entry>> {
        let mut query = self.database.prepare_cached("SELECT * FROM contacts WHERE id = ?")?;
        let found = query.query_row([contact.as_str()], read).optional()?;
        found.map(|entry| self.with_agents(entry)).transpose()
    }

    fn with_agents(&self, mut entry: Entry) -> rusqlite::Result<Entry> {
        // The order of offers is not kept; that of names is as good.
        let sql = "SELECT agent, team, talked FROM seen WHERE contact = ? ORDER BY agent";
        let mut query = self.database.prepare_cached(sql)?;
        let seen = query.query_map([entry.id.as_str()], |row| {
            let (agent, team): (String, String) = (row.get(0)?, row.get(1)?);
            let (agent, team) = (AgentId::new(agent), TeamId::new(team));
            Ok(Seen { agent, team, talked: row.get(2)? })
        })?;
        entry.agents = seen.collect::<rusqlite::Result<_>>()?;
        Ok(entry)
    }

    /// Drops what arrived before this time, some at once. Says whether there may be more.
    ///
    /// # Errors
    /// The database's.
    pub(super) fn purge(&self, before_ms: i64) -> rusqlite::Result<bool> {
        let old = "SELECT id FROM contacts WHERE arrived_ms < ? ORDER BY arrived_ms LIMIT ?";
        let limit = i64::try_from(PURGE_AT_ONCE).unwrap_or(i64::MAX);
        let seen = format!("DELETE FROM seen WHERE contact IN ({old})");
        self.database.execute(&seen, params![before_ms, limit])?;
        let contacts = format!("DELETE FROM contacts WHERE id IN ({old})");
        let gone = self.database.execute(&contacts, params![before_ms, limit])?;
        Ok(gone == PURGE_AT_ONCE)
    }
}

fn put(database: &Connection, entry: &Entry) -> rusqlite::Result<()> {
    let or = if entry.is_partial { "IGNORE" } else { "REPLACE" };
    let mut line = database.prepare_cached(&format!(
        "INSERT OR {or} INTO contacts (id, arrived_ms, direction, customer_name, ani, dnis, \
         entry_point, flow, queue, agent, talk_ms, outcome, wrap_up) \
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
    ))?;
    line.execute(params![
        entry.id.as_str(),
        entry.arrived_ms,
        word_of_direction(entry.direction),
        entry.customer_name,
        entry.ani,
        entry.dnis,
        entry.entry_point,
        entry.flow,
        entry.queue,
        entry.agent,
        entry.talk_ms,
        word_of(entry.outcome),
        entry.wrap_up,
    ])?;
    let mut seen = database.prepare_cached(
        "INSERT OR REPLACE INTO seen (contact, agent, team, talked, arrived_ms) \
         VALUES (?, ?, ?, ?, ?)",
    )?;
    for it in &entry.agents {
        let (agent, team) = (it.agent.as_str(), it.team.as_str());
        seen.execute(params![entry.id.as_str(), agent, team, it.talked, entry.arrived_ms])?;
    }
    Ok(())
}

fn read(row: &Row<'_>) -> rusqlite::Result<Entry> {
    let (direction, outcome): (String, String) = (row.get("direction")?, row.get("outcome")?);
    Ok(Entry {
        id: ContactId::new(row.get::<_, String>("id")?),
        arrived_ms: row.get("arrived_ms")?,
        direction: direction_of(&direction),
        customer_name: row.get("customer_name")?,
        ani: row.get("ani")?,
        dnis: row.get("dnis")?,
        entry_point: row.get("entry_point")?,
        flow: row.get("flow")?,
        queue: row.get("queue")?,
        agents: Vec::new(),
        agent: row.get("agent")?,
        talk_ms: row.get("talk_ms")?,
        outcome: outcome_of(&outcome),
        wrap_up: row.get("wrap_up")?,
        is_live: false,
        is_partial: false,
    })
}

#[cfg(test)]
mod tests {
    use super::super::entry::tests::entry;
    use super::*;

    fn shelf() -> Shelf {
        Shelf::open(Path::new(":memory:")).unwrap()
    }

    #[test]
    fn what_is_kept_is_found_as_it_was_and_the_newest_first() {
        let mut shelf = shelf();
        let mut entries: Vec<Entry> = (0..5).map(|at| entry(&format!("c{at}"), at)).collect();
        for (place, agent) in ["ann", "bob", "ann"].into_iter().enumerate() {
            entries[place].saw(&AgentId::new(agent), &TeamId::new("desk"), place == 0);
        }
        entries[4].ani = "+1".into();
        shelf.keep(&entries).unwrap();
        for limit in [2, 200] {
            let searches = [
                ContactSearch::default(),
                ContactSearch { agent: Some(AgentId::new("ann")), ..ContactSearch::default() },
                ContactSearch { teams: Some(vec!["desk".into()]), ..ContactSearch::default() },
                ContactSearch { ani: Some("+1".into()), ..ContactSearch::default() },
                ContactSearch { before_ms: Some(3), from_ms: Some(1), ..ContactSearch::default() },
            ];
            for search in searches {
                let search = ContactSearch { limit, ..search };
                let expected = entries.iter().rev().filter(|it| it.fits(&search)).take(limit);
                let expected: Vec<Entry> = expected.cloned().collect();
                assert_eq!(shelf.search(&search).unwrap(), expected, "{search:?}");
            }
        }
        assert_eq!(shelf.entry(&ContactId::new("c0")).unwrap().as_ref(), Some(&entries[0]));
        assert_eq!(shelf.entry(&ContactId::new("c9")).unwrap(), None);
    }

    #[test]
    fn a_contact_is_kept_once_with_what_was_known_last() {
        let mut shelf = shelf();
        let mut one = entry("c", 5);
        shelf.keep(std::slice::from_ref(&one)).unwrap();
        let less = Entry { queue: None, is_partial: true, ..one.clone() };
        shelf.keep(&[less]).unwrap();
        one.talk_ms = 7;
        one.saw(&AgentId::new("ann"), &TeamId::new("desk"), true);
        shelf.keep(std::slice::from_ref(&one)).unwrap();
        let all = ContactSearch { limit: 9, ..ContactSearch::default() };
        assert_eq!(shelf.search(&all).unwrap(), [one]);
    }

    #[test]
    fn what_is_too_old_goes() {
        let mut shelf = shelf();
        let mut entries: Vec<Entry> = (0..9).map(|at| entry(&format!("c{at}"), at)).collect();
        entries[1].saw(&AgentId::new("ann"), &TeamId::new("desk"), true);
        shelf.keep(&entries).unwrap();
        assert!(!shelf.purge(4).unwrap());
        let all = ContactSearch { limit: 9, ..ContactSearch::default() };
        assert_eq!(shelf.search(&all).unwrap().len(), 5);
        let count = "SELECT count(*) FROM seen";
        let left: i64 = shelf.database.query_row(count, [], |row| row.get(0)).unwrap();
        assert_eq!(left, 0);
    }
}
