//! The sessions that a group of batches touches: their marks are read once, moved in memory, and written once at its end.
//!
//! What the marks count is `vigie_domain::session`'s; here stands only where they lie.

use std::collections::HashMap;

use rusqlite::{Connection, Statement};
use vigie_domain::counts::{Deltas, Dimension};
use vigie_domain::session::{Funnel, Mark, Marks};

use crate::error::Outcome;
use crate::names::Names;
use crate::packed::Packed;

pub(crate) struct Sessions<'db> {
    read: Statement<'db>,
    write: Statement<'db>,
    slots: HashMap<Box<str>, usize>,
    touched: Vec<Session>,
}

struct Session {
    id: Box<str>,
    funnels: Vec<Path>,
}

/// One session's way through one funnel.
struct Path {
    funnel: Funnel,
    /// As they stand in the store.
    before: Marks,
    /// As they become; none while they are the same.
    after: Option<Marks>,
}

impl<'db> Sessions<'db> {
    pub(crate) fn new(connection: &'db Connection) -> Outcome<Self> {
        Ok(Self {
            read: connection.prepare("select funnel, marks from marks where session = ?")?,
            write: connection
                .prepare("insert into marks values(?, ?, ?) on conflict do update set marks = excluded.marks")?,
            slots: HashMap::new(),
            touched: Vec::new(),
        })
    }

    /// The place of a session in this group, read from the store if it is the first time.
    pub(crate) fn slot(&mut self, id: &str, names: &Names) -> Outcome<usize> {
        if let Some(slot) = self.slots.get(id) {
            return Ok(*slot);
        }
        let mut funnels = Vec::new();
        let mut rows = self.read.query([Packed::new(id)])?;
        while let Some(row) = rows.next()? {
            if let Some(funnel) = names.read(row.get_ref(0)?).and_then(Funnel::from_name) {
                let before = Marks::from_bytes(row.get_ref(1)?.as_blob()?);
                funnels.push(Path { funnel, before, after: None });
            }
        }
        let slot = self.touched.len();
        self.slots.insert(id.into(), slot);
        self.touched.push(Session { id: id.into(), funnels });
        Ok(slot)
    }

    /// Adds the mark of a new event. Says whether it counts.
    pub(crate) fn mark(&mut self, slot: usize, funnel: Funnel, mark: Mark) -> bool {
        let Some(session) = self.touched.get_mut(slot) else { return false };
        let place = session.funnels.iter().position(|path| path.funnel == funnel).unwrap_or_else(|| {
            session.funnels.push(Path { funnel, before: Marks::default(), after: None });
            session.funnels.len() - 1
        });
        let path = &mut session.funnels[place];
        path.after.get_or_insert_with(|| path.before.clone()).insert(mark)
    }

    /// Writes what moved, and into `deltas` how the counters move with it.
    pub(crate) fn store(&mut self, names: &mut Names, forms: &mut Dimension, deltas: &mut Deltas) -> Outcome<()> {
        // By id, which mostly follows time: neighbours share a page.
        self.touched.sort_unstable_by(|a, b| a.id.cmp(&b.id));
        let mut admitted = Vec::new(); // stays empty: append admits a form when its first mark comes
        for session in &self.touched {
            for path in &session.funnels {
                let Some(after) = &path.after else { continue };
                after.move_counters(&path.before, &path.funnel, deltas, forms, &mut admitted);
                let funnel = path.funnel.name();
                self.write.execute((Packed::new(&session.id), names.column(&funnel), after.to_bytes()))?;
            }
        }
        self.forget();
        Ok(())
    }

    /// Forgets what was read: the next group reads it anew.
    pub(crate) fn forget(&mut self) {
        self.slots.clear();
        self.touched.clear();
    }
}
