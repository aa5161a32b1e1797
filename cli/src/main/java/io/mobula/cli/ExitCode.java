package io.mobula.cli;

/** Exit codes of the command, for shell scripts. */
public final class ExitCode {
  /** Success of the command. */
  public static final int DONE = 0;
  /** Failure of a command that has run; standard error gives the reason. */
  public static final int FAILED = 1;
  /** Command line that could not be parsed; nothing was done. */
  public static final int USAGE = 2;
  /** Success with nothing to do: {@code stop} found no node. */
  public static final int NOTHING_TO_DO = 3;
  /** No cluster answers at the address, or the cluster does not admit this process. */
  public static final int NO_ANSWER = 4;

  private ExitCode() {}
}
