package io.mobula.cli;

/** What the exit code of the command tells a shell script. */
final class ExitCode {
  /** It was done. */
  static final int DONE = 0;
  /** The command ran and failed; standard error says why. */
  static final int FAILED = 1;
  /** The command line was not understood; nothing was done. */
  static final int USAGE = 2;
  /** There was nothing to do: {@code stop} found no node. */
  static final int NOTHING_TO_DO = 3;
  /** No cluster answers at the address, or it does not let this process in. */
  static final int NO_ANSWER = 4;

  private ExitCode() {}
}
