/** Moves the focus to the first field of a form whose value was refused, once it has been rendered as such. */
export function focusRefused(form: HTMLFormElement): void {
  requestAnimationFrame(() => {
    form.querySelector<HTMLElement>('[aria-invalid="true"], [data-invalid="true"] button')?.focus();
  });
}
