//! One transaction of the writer: what many batches share, and what is done once at its end.
//!
//! Marks, counters and wake-ups are summed over the group and written before the commit; a rollback forgets them.

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
    /// The number of the next row of `contexts`; a rollback leaves a gap.
    pub(crate) next_context: i64,
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
        self.forms_stored = self.form_names.len();
        self.moved_at = None;
    }

    fn rolled_back(&mut self) {
        if !self.connection.is_autocommit() {
            // SQLite ends some transactions itself when they fail; what is left open is given up here.
            let _ = self.execute("rollback");
        }
        self.sessions.forget();
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

#[cfg(test)]
mod tests {
    use vigie_domain::event::{Batch, Context, Event, Kind};
    use vigie_domain::id::Id;

    use super::*;
    use crate::append::append;
    use crate::schema::prepare_writer;

    fn batch(number: u8, form: &str) -> Batch {
        let event = |place: u8| Event {
            id: Id([number, place, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]),
            kind: Kind::from_name("form_start"),
            timestamp: Timestamp(0),
            context: 0,
            page: Some(form.into()),
            form_name: Some(form.into()),
            field_name: None,
            submission_id: None,
            provider_id: None,
            booking_id: None,
            payment_id: None,
            amount: None,
            currency: None,
            method: None,
            error_code: None,
            error_message: None,
            metadata: Some(format!("\"{}\"", "x".repeat(1_000)).into()),
        };
        let context = Context { session_id: format!("s{number}").into(), ..Context::default() };
        Batch { contexts: vec![context], events: (0..100).map(event).collect(), ..Batch::default() }
    }

    #[test]
    fn a_full_disk_fails_the_group_and_leaves_nothing_of_it() {
        let connection = Connection::open_in_memory().unwrap();
        prepare_writer(&connection).unwrap();
        let mut group = Group::new(&connection).unwrap();
        let mut write = |batches: &[Batch]| {
            group.transact(|group| batches.iter().try_for_each(|batch| append(group, batch).map(|_| ())))
        };
        write(&[batch(1, "first")]).unwrap();
        connection.pragma_update(None, "max_page_count", 60).unwrap();
        let error = write(&[batch(2, "second"), batch(3, "third")]).unwrap_err();
        assert_eq!(
            crate::error::failed("store a batch", &error).to_string(),
            "the store cannot store a batch: database or disk is full. Make room on the disk that holds the store; what was \
             not answered is sent again."
        );
        connection.pragma_update(None, "max_page_count", 10_000).unwrap();
        write(&[batch(3, "third"), batch(4, "first")]).unwrap();
        write(&[batch(5, "second")]).unwrap();
        let ask = |sql: &str| -> Vec<String> {
            let mut statement = connection.prepare(sql).unwrap();
            let rows = statement.query_map([], |row| row.get(0)).unwrap();
            rows.map(Result::unwrap).collect()
        };
        assert_eq!(ask("select name from forms order by name"), ["first", "second", "third"]);
        assert_eq!(
            ask("select distinct name from events e join contexts c on c.n = e.context
                 join names on names.n = e.form_name order by c.n"),
            ["first", "third", "second"]
        );
        assert_eq!(
            ask("select name || ' ' || count from counts join counter_keys k on k.n = key order by name"),
            ["form:first.form_start 2", "form:second.form_start 1", "form:third.form_start 1"]
        );
    }

    #[test]
    fn a_group_wakes_a_check_at_the_earliest_moment_that_moved_it() {
        let connection = Connection::open_in_memory().unwrap();
        prepare_writer(&connection).unwrap();
        let check_id = vigie_domain::check::CHECKS[0].id.to_owned();
        due::plan(&connection, &[check_id], Timestamp(90_000)).unwrap();
        let mut group = Group::new(&connection).unwrap();
        let received = |number: u8, at: i64| Batch { received_at: Timestamp(at), ..batch(number, "signup_client") };
        let mut write = |batches: &[Batch]| {
            group.transact(|group| batches.iter().try_for_each(|batch| append(group, batch).map(|_| ()))).unwrap()
        };
        assert!(write(&[received(1, 50_000), received(2, 40_000), received(3, 60_000)]));
        assert_eq!(due::next(&connection).unwrap(), Some(Timestamp(40_000)));
        assert!(!write(&[received(1, 10_000)]), "what is there already wakes nobody");
        assert_eq!(due::next(&connection).unwrap(), Some(Timestamp(40_000)));
    }
}
