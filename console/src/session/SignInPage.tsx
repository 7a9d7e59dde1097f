import { useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { ApiError } from "../api/client";
import type { SignInWays } from "../api/types";
import { Button } from "../ui/buttons";
import { TextField } from "../ui/fields";
import { ErrorNotice } from "../ui/notices";
import { useTitle } from "../ui/page";
import { keepPlace } from "./place";
import { signIn } from "./session";

/** Comes up in place of whatever page was asked for; after it, that page is there. */
export function SignInPage({ ways }: { readonly ways: SignInWays }) {
  useTitle("Sign in");
  const queries = useQueryClient();
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  const [error, setError] = useState<unknown>(null);
  const [isBusy, setBusy] = useState(false);

  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    setBusy(true);
    setError(null);
    try {
      await signIn(queries, email, password);
    } catch (refusal) {
      const isWrong = refusal instanceof ApiError && refusal.status === 401;
      setError(isWrong ? new Error("Email and password do not belong together.") : refusal);
      setBusy(false);
    }
  };

  return (
    <main className="sign-in">
      <div className="panel sign-in-card">
        <div className="brand">
          <img src="/console/icon.svg" alt="" />
          Dwell
        </div>
        <h1>Sign in</h1>
        {error !== null && <ErrorNotice error={error} />}
        {ways.password && (
          <form className="stack" onSubmit={(event) => void submit(event)}>
            <TextField
              label="Email"
              type="email"
              name="email"
              autoComplete="username"
              value={email}
              onChange={setEmail}
              autoFocus
              isRequired
            />
            <TextField
              label="Password"
              type="password"
              name="password"
              autoComplete="current-password"
              value={password}
              onChange={setPassword}
              isRequired
            />
            <Button type="submit" look="primary" isDisabled={isBusy}>
              Sign in
            </Button>
          </form>
        )}
        {ways.password && ways.openid_connect && <div className="or">or</div>}
        {ways.openid_connect && (
          <a className="button" href={ways.openid_connect.url} onClick={keepPlace}>
            Sign in with {ways.openid_connect.name}
          </a>
        )}
      </div>
    </main>
  );
}
