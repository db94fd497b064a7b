//! One transaction of the writer: what many batches share, and what is done once at its end.
//!
//! Marks, counters and wake-ups are summed over the group and written before the commit; on a rollback everything kept in
//! memory goes back to what stands on disk.

use rusqlite::Connection;
use vigie_domain::check::concerned_by;
use vigie_domain::counts::{Deltas, Dimension};
use vigie_domain::time::Timestamp;

use crate::append::Rows;
use crate::due;
use crate::error::Outcome;
use crate::names::{Column, Names, Table};
use crate::sessions::Sessions;

pub(crate) struct Group<'db> {
    pub(crate) connection: &'db Connection,
    pub(crate) names: Names,
    pub(crate) rows: Rows<'db>,
    pub(crate) sessions: Sessions<'db>,
    /// The number of the next row of `contexts`.
    pub(crate) next_context: i64,
    stored_context: i64,
    counter_keys: Names,
    forms: Dimension,
    /// The forms that keep their name, in the order they came; the first `forms_stored` are committed.
    form_names: Vec<Box<str>>,
    forms_stored: usize,
    /// The earliest moment at which a batch of this group moved a counter.
    moved_at: Option<Timestamp>,
}

impl<'db> Group<'db> {
    pub(crate) fn new(connection: &'db Connection) -> Outcome<Self> {
        let next_context =
            connection.query_row("select coalesce(max(n), 0) + 1 from contexts", [], |row| row.get(0))?;
        let mut forms = connection.prepare("select name from forms")?;
        let form_names: Vec<Box<str>> = forms.query_map([], |row| row.get(0))?.collect::<Outcome<_>>()?;
        Ok(Self {
            connection,
            names: Names::load(connection, Table::Names)?,
            rows: Rows::new(connection)?,
            sessions: Sessions::new(connection)?,
            next_context,
            stored_context: next_context,
            counter_keys: Names::load(connection, Table::CounterKeys)?,
            forms: Dimension::with(form_names.iter().cloned()),
            forms_stored: form_names.len(),
            form_names,
            moved_at: None,
        })
    }

    /// Does the work in one transaction, durably or not at all. Says whether a check was woken.
    pub(crate) fn transact(&mut self, work: impl FnOnce(&mut Self) -> Outcome<()>) -> Outcome<bool> {
        self.execute("begin immediate")?;
        let done = work(self).and_then(|()| self.finish()).and_then(|woke| self.execute("commit").map(|()| woke));
        match done {
            Ok(_) => self.committed(),
            Err(_) => self.rolled_back(),
        }
        done
    }

    /// A form's first mark has come: it keeps its name, if there is room.
    pub(crate) fn admit_form(&mut self, name: &str) -> Outcome<()> {
        if self.forms.admit(name).1 {
            self.form_names.push(name.into());
            self.connection.prepare_cached("insert into forms values(?)")?.execute([name])?;
        }
        Ok(())
    }

    /// A batch that came at this moment moved a counter.
    pub(crate) fn moved(&mut self, received_at: Timestamp) {
        self.moved_at = Some(self.moved_at.map_or(received_at, |at| at.min(received_at)));
    }

    fn finish(&mut self) -> Outcome<bool> {
        let mut deltas = Deltas::default();
        self.sessions.store(&mut self.names, &mut self.forms, &mut deltas)?;
        let woke = self.count(&deltas)?;
        self.names.store(self.connection)?;
        self.counter_keys.store(self.connection)?;
        Ok(woke)
    }

    /// Moves the counters and wakes the checks that they concern. Says whether there was one.
    fn count(&mut self, deltas: &Deltas) -> Outcome<bool> {
        if deltas.is_empty() {
            return Ok(false);
        }
        let mut woken: Vec<&'static str> = Vec::new();
        let mut count = self.connection.prepare_cached(
            "insert into counts values(?, ?, ?) on conflict do update set count = count + excluded.count",
        )?;
        for (minute, key, by) in deltas.iter() {
            let number = match self.counter_keys.column(&key.0) {
                Column::Number(number) => number,
                Column::Text(_) => continue, // has no limit, so cannot be
            };
            count.execute((minute.0, number, by))?;
            for check in concerned_by(key) {
                if !woken.contains(&check.id) {
                    woken.push(check.id);
                }
            }
        }
        let mut woke = false;
        if let Some(at) = self.moved_at {
            for check_id in woken {
                woke |= due::wake(self.connection, check_id, at)?;
            }
        }
        Ok(woke)
    }

    fn committed(&mut self) {
        self.names.committed();
        self.counter_keys.committed();
        self.stored_context = self.next_context;
        self.forms_stored = self.form_names.len();
        self.moved_at = None;
    }

    fn rolled_back(&mut self) {
        if !self.connection.is_autocommit() {
            // SQLite ends some transactions itself when they fail; what is left open is given up here.
            let _ = self.execute("rollback");
        }
        self.names.rolled_back();
        self.counter_keys.rolled_back();
        self.sessions.forget();
        self.next_context = self.stored_context;
        if self.form_names.len() > self.forms_stored {
            self.form_names.truncate(self.forms_stored);
            self.forms = Dimension::with(self.form_names.iter().cloned());
        }
        self.moved_at = None;
    }

    fn execute(&self, sql: &str) -> Outcome<()> {
        self.connection.prepare_cached(sql)?.execute([]).map(|_| ())
    }
}
