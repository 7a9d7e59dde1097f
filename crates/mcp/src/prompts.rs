//! Prompts: questions that people have, put so that a model uses the tools to answer them.

use rmcp::ErrorData;
use rmcp::model::{
    GetPromptRequestParams, GetPromptResult, ListPromptsResult, Prompt, PromptArgument, PromptMessage, Role,
};

/// Longest argument, in characters.
const ARGUMENT_CHARS_MAX: usize = 4_000;

struct Question {
    name: &'static str,
    title: &'static str,
    description: &'static str,
    argument: &'static str,
    argument_description: &'static str,
    /// What is asked, with the argument for `{}`.
    text: &'static str,
}

const ALL: [Question; 2] = [
    Question {
        name: "set_up_timers",
        title: "Set up sensible timers for my use case",
        description: "Chooses the timers after which conversations become inactive and close, and sets them",
        argument: "use_case",
        argument_description: "What the conversations are for, who takes part, and how long silences last",
        text: "Choose timers for conversations in Dwell. The use case:\n\n{}\n\n\
               1. Read the page guides/lifecycle (read_page): what each combination of the two timers does.\n\
               2. Read what holds now: read_configuration, and the pauses between messages in a few recent \
               conversations (list_conversations, list_messages), if there are credentials.\n\
               3. Propose an inactive and a closed timer as ISO 8601 durations (PT30M, P3D; at least a minute and ten \
               minutes; PT0S for none). Say for each what it means for the people in the conversation, what a message \
               does to it, and what speaks for more or less.\n\
               4. Ask before changing anything. Then set_configuration changes the defaults for conversations created \
               from then on, and set_timers one that is there already. If those tools are not listed, say what the user \
               has to run instead (describe_operation configuration/update).",
    },
    Question {
        name: "why_closed",
        title: "Why did this conversation close?",
        description: "Finds out from the history of a conversation what closed it and how to prevent that",
        argument: "conversation",
        argument_description: "The conversation: its SID (CH…) or unique name",
        text: "Find out why the conversation {} closed.\n\n\
               1. Call explain_conversation with it. If it is not closed, say so, and what will happen to it and when.\n\
               2. Name the transition to closed: when, and its reason. TIMER is a timer that ended: say how long it was, \
               what started it and what would have restarted it. API is a request: name the credential. An error in the \
               history has a code: use explain_error.\n\
               3. If last calls are listed, say what each answered.\n\
               4. Say how to prevent it next time. A closed conversation stays closed; a new one has to be made.",
    },
];

/// Every prompt.
pub(crate) fn list() -> ListPromptsResult {
    let prompts = ALL.iter().map(|question| {
        let argument =
            PromptArgument::new(question.argument).with_description(question.argument_description).with_required(true);
        Prompt::new(question.name, Some(question.description), Some(vec![argument])).with_title(question.title)
    });
    ListPromptsResult::with_all_items(prompts.collect())
}

/// A prompt with its argument filled in.
pub(crate) fn get(request: &GetPromptRequestParams) -> Result<GetPromptResult, ErrorData> {
    let unknown = || ErrorData::invalid_params(format!("there is no prompt {}", request.name), None);
    let question = ALL.iter().find(|question| question.name == request.name).ok_or_else(unknown)?;
    let given = request.arguments.as_ref().and_then(|arguments| arguments.get(question.argument));
    let given = given
        .and_then(|value| value.as_str())
        .filter(|text| !text.trim().is_empty() && text.chars().count() <= ARGUMENT_CHARS_MAX);
    let Some(given) = given else {
        let problem = format!("{} is a text of 1 to {ARGUMENT_CHARS_MAX} characters", question.argument);
        return Err(ErrorData::invalid_params(problem, None));
    };
    let message = PromptMessage::new_text(Role::User, question.text.replacen("{}", given, 1));
    Ok(GetPromptResult::new(vec![message]).with_description(question.description))
}
