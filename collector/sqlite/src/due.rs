//! When each check is to be looked at, and who has taken it.
//!
//! A claim moves `recheck_at` to its own end, so that what is never finished comes back. A wake counts the generation up,
//! so that a claim that is finished knows whether it saw everything. Surprising: the second that lies between two
//! judgements begins with the claim, not with its end; thus a wake during a claim keeps it too. A claim
//! that lies ahead was made by a clock that was set back since, and holds nobody.

use rusqlite::{Connection, OptionalExtension as _};
use vigie_domain::time::Timestamp;
use vigie_store::{CLAIM_FOR, Claim, JUDGE_EVERY};

use crate::error::Outcome;

/// Makes sure that these checks are planned and forgets all others.
pub(crate) fn plan(connection: &Connection, check_ids: &[String], now: Timestamp) -> Outcome<()> {
    let mut known = connection.prepare_cached("select check_id from due")?;
    let known: Vec<String> = known.query_map([], |row| row.get(0))?.collect::<Outcome<_>>()?;
    for gone in known.iter().filter(|id| !check_ids.contains(id)) {
        connection.prepare_cached("delete from due where check_id = ?")?.execute([gone])?;
    }
    for check_id in check_ids {
        connection
            .prepare_cached("insert into due values(?, ?, 0, null) on conflict do nothing")?
            .execute((check_id, now.0))?;
    }
    Ok(())
}

/// A check is to be looked at by `at`, though not sooner than it may be judged again. Says whether it is planned at all.
pub(crate) fn wake(connection: &Connection, check_id: &str, at: Timestamp) -> Outcome<bool> {
    let mut wake = connection.prepare_cached(
        "update due set generation = generation + 1, recheck_at = min(recheck_at, case when claimed_at <= ?2
         then max(?2, claimed_at + ?3) else ?2 end) where check_id = ?1",
    )?;
    Ok(wake.execute((check_id, at.0, JUDGE_EVERY.0))? > 0)
}

/// Takes what is due.
pub(crate) fn claim(connection: &Connection, now: Timestamp, limit: usize) -> Outcome<Vec<Claim>> {
    let mut due = connection.prepare_cached(
        "select check_id, generation from due where recheck_at <= ? order by recheck_at, check_id limit ?",
    )?;
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let claims = due.query_map((now.0, limit), |row| {
        Ok(Claim { check_id: row.get(0)?, generation: row.get::<_, i64>(1)?.cast_unsigned() })
    })?;
    let claims: Vec<Claim> = claims.collect::<Outcome<_>>()?;
    for claim in &claims {
        connection.prepare_cached("update due set recheck_at = ?2, claimed_at = ?3 where check_id = ?1")?.execute((
            &claim.check_id,
            (now + CLAIM_FOR).0,
            now.0,
        ))?;
    }
    Ok(claims)
}

/// A claim is finished: the check is due at `next`, unless something woke it since.
pub(crate) fn finish(connection: &Connection, claim: &Claim, next: Timestamp) -> Outcome<()> {
    let mut finish = connection.prepare_cached(
        "update due set recheck_at = case when claimed_at <= ?3 then max(?3, claimed_at + ?4) else ?3 end
         where check_id = ?1 and generation = ?2",
    )?;
    finish.execute((&claim.check_id, claim.generation.cast_signed(), next.0, JUDGE_EVERY.0))?;
    Ok(())
}

/// When the next check is due.
pub(crate) fn next(connection: &Connection) -> Outcome<Option<Timestamp>> {
    let next =
        connection.prepare_cached("select min(recheck_at) from due")?.query_row([], |row| row.get(0)).optional()?;
    Ok(next.flatten().map(Timestamp))
}
