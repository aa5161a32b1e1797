package io.mobula.cli;

import java.util.List;

/**
 * Plug-in that adds commands to the {@code mobula} command line. {@link java.util.ServiceLoader}
 * finds it, so a jar offers one by naming its class in
 * {@code META-INF/services/io.mobula.cli.CommandProvider}.
 *
 * <p>The modules {@code mobula-jmh} and {@code mobula-samples} add benchmarks and samples in this
 * way; the command works without them.
 */
public interface CommandProvider {
  /**
   * Returns new command objects, whose classes have picocli's {@code @Command} with a name. Called
   * once, as each command line starts, so this must be cheap: heavy classes are loaded when a
   * command runs.
   */
  List<Object> commands();
}
