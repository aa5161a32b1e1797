package io.mobula.samples.command;

import io.mobula.cli.CommandProvider;
import java.util.List;

/** Plug-in with the commands {@code demo} and {@code sample}. */
public final class SampleCommands implements CommandProvider {
  @Override
  public List<Object> commands() {
    return List.of(new DemoCommand(), new SampleCommand());
  }
}
