//! What the answer to a message means (SMPP 3.4 §5.1.3).

use dwell_core::receipt::Status;
use dwell_engine::carriers::CarryError;
use rusmpp::CommandStatus;

/// The failure that a `command_status` other than zero stands for.
pub(super) fn failure(status: CommandStatus) -> CarryError {
    use CommandStatus as S;
    let code = u32::from(status);
    let what = format!("the SMSC answered {status:?} ({code:#010x})");
    match status {
        // It is too busy or not itself, or the session is not what it should be: another attempt helps.
        S::EsmeRsyserr | S::EsmeRmsgqful | S::EsmeRthrottled | S::EsmeRxTAppn | S::EsmeRinvbndsts | S::EsmeRalybnd => {
            CarryError::Later { what }
        }
        _ => CarryError::Never { status: Status::Undelivered, error_code: Some(i64::from(code)), what },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn some_failures_pass_and_others_stay() {
        for code in [0x04, 0x05, 0x08, 0x14, 0x58, 0x64] {
            assert!(matches!(failure(CommandStatus::from(code)), CarryError::Later { .. }), "{code:#x}");
        }
        for code in [0x01, 0x0a, 0x0b, 0x45, 0x65, 0x66, 0xff, 0x401] {
            let CarryError::Never { status, error_code, .. } = failure(CommandStatus::from(code)) else {
                panic!("{code:#x}")
            };
            assert_eq!((status, error_code), (Status::Undelivered, Some(i64::from(code))));
        }
    }
}
