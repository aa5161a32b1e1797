package io.mobula.jmh.command;

import io.mobula.cli.CommandProvider;
import java.util.List;

/** Plug-in with the commands {@code bench}, {@code microbenchmark} and {@code jmh}. */
public final class BenchmarkCommands implements CommandProvider {
  @Override
  public List<Object> commands() {
    return List.of(new BenchCommand(), new MicrobenchmarkCommand(), new JmhCommand());
  }
}
