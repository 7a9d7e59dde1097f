use dwell_core::media::Category;
use dwell_core::{Media, MediaSid};
use dwell_store::purges::{self, Purge};
use dwell_store::{Store, media};

use crate::samples::*;
use crate::{on_both_engines, read, write};

on_both_engines! {
    media_is_there_from_its_last_byte_until_it_is_overdue,
    media_of_a_message_stays,
    media_goes_with_its_conversation,
    what_is_marked_comes_back_in_no_way,
}

fn sample(n: i64) -> Media {
    Media {
        sid: MediaSid::new(bytes(n)),
        account_sid: account_sid(1),
        service_sid: service_sid(1),
        holder: None,
        author: "ann".to_owned(),
        category: Category::Media,
        content_type: "image/png".to_owned(),
        filename: Some("é.png".to_owned()),
        size: 7,
        date_created: at(1),
        date_updated: at(2),
        date_uploaded: at(2),
    }
}

/// Media that was uploaded and waits for a message until the instant 100.
fn uploaded(store: &Store, n: i64) -> Media {
    let media = sample(n);
    let inserted = media.clone();
    assert!(write(store, move |tx| {
        media::insert(tx, &inserted, at(50))?;
        media::finish(tx, &inserted, at(100))
    }));
    media
}

fn attached(store: &Store, n: i64) -> Media {
    let media = uploaded(store, n);
    write(store, move |tx| media::attach(tx, &sample(n).sid, &message(1, n), at(3)));
    Media { holder: Some((conversation_sid(1), message(1, n).sid)), date_updated: at(3), ..media }
}

fn fetch(store: &Store, account: i64, n: i64, now: i64) -> Option<Media> {
    read(store, move |tx| media::fetch(tx, &account_sid(account), &sample(n).sid, at(now)))
}

fn doomed(store: &Store) -> Vec<MediaSid> {
    read(store, |tx| media::doomed(tx, "", 10)).into_iter().map(|(_, sid)| sid).collect()
}

fn media_is_there_from_its_last_byte_until_it_is_overdue(store: &Store) {
    write(store, |tx| media::insert(tx, &sample(1), at(50)));
    assert_eq!(fetch(store, 1, 1, 10), None, "its bytes are still to come");
    assert!(write(store, |tx| media::finish(tx, &sample(1), at(100))));
    assert!(!write(store, |tx| media::finish(tx, &sample(1), at(100))), "it has come already");
    assert_eq!(fetch(store, 1, 1, 99), Some(sample(1)));
    assert_eq!((fetch(store, 2, 1, 99), fetch(store, 1, 1, 100)), (None, None), "somebody else's; overdue");
    assert_eq!(write(store, |tx| media::doom_overdue(tx, at(99), 10)), 0);
    assert_eq!(write(store, |tx| media::doom_overdue(tx, at(100), 10)), 1);
    assert_eq!(doomed(store), [sample(1).sid]);
}

fn media_of_a_message_stays(store: &Store) {
    let media = attached(store, 1);
    assert_eq!(fetch(store, 1, 1, 1_000), Some(media));
    assert_eq!(write(store, |tx| media::doom_overdue(tx, at(1_000), 10)), 0);
    write(store, |tx| media::doom(tx, &account_sid(1), &sample(1).sid));
    assert_eq!(fetch(store, 1, 1, 1), None);
}

fn media_goes_with_its_conversation(store: &Store) {
    for n in 1..=3 {
        attached(store, n);
    }
    let purge = Purge { conversation_sid: conversation_sid(1), account_sid: account_sid(1), event_seq: 1 };
    write(store, move |tx| purges::insert(tx, &[purge]));
    let step = || write(store, move |tx| purges::remove_some(tx, &purge, 2));
    assert_eq!((step(), step(), step()), (2, 1, 0));
    assert_eq!(doomed(store).len(), 3);
}

fn what_is_marked_comes_back_in_no_way(store: &Store) {
    write(store, |tx| media::insert(tx, &sample(1), at(50)));
    write(store, |tx| media::doom_overdue(tx, at(50), 10));
    assert!(!write(store, |tx| media::finish(tx, &sample(1), at(100))), "it was given up");
    uploaded(store, 2);
    write(store, |tx| media::delete(tx, &account_sid(1), &sample(2).sid));
    assert!(fetch(store, 1, 2, 3).is_some(), "it was not marked");
    assert_eq!(write(store, |tx| media::lock(tx, &account_sid(1), &sample(1).sid, at(1))), None);
    write(store, |tx| media::delete(tx, &account_sid(1), &sample(1).sid));
    assert_eq!(doomed(store), []);
}
