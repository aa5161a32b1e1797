package io.mobula.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Command lines of start, stop, run and status that are refused before anything is done. */
class NodeCommandsTest {
  private final StringWriter err = new StringWriter();

  @Test
  void startWantsToKnowWhere() {
    refuses("--head", "start");
    refuses("mutually exclusive", "start", "--head", "--address", "127.0.0.1:1");
    refuses("'127.0.0.1' is no address", "start", "--address", "127.0.0.1");
    refuses("'a:99999' is no address", "start", "--address", "a:99999");
  }

  @Test
  void startRefusesAmountsThatAreNone() {
    refuses("'much' is no size", "start", "--head", "--memory", "much");
    refuses("--cpus", "start", "--head", "--cpus", "many");
    refuses("--resource", "start", "--head", "--resource", "Licence");
    refuses("--port", "start", "--head", "--port", "high");
  }

  @Test
  void startRefusesAClassPathThatIsNotThereOrNotLoaded(@TempDir Path folder) {
    refuses("there is no /nowhere/app.jar", "start", "--head", "--class-path", "/nowhere/app.jar");
    refuses("by bin/mobula", "start", "--head", "--class-path", folder.toString());
  }

  @Test
  void runWantsAClassWithAMain() {
    refuses("CLASS", "run", "--address", "127.0.0.1:1");
    refuses("--address", "run", "com.acme.Missing");
    refuses("no class com.acme.Missing", "run", "--address", "127.0.0.1:1", "com.acme.Missing");
    refuses("no method main", "run", "--address", "127.0.0.1:1", "java.lang.String");
  }

  @Test
  void stopOfAllWantsAnAddress() {
    refuses("belong together", "stop", "--all");
    refuses("belong together", "stop", "--address", "127.0.0.1:1");
  }

  private void refuses(String why, String... words) {
    err.getBuffer().setLength(0);
    int code = MobulaCommand.commandLine()
        .setErr(new PrintWriter(err, true))
        .setOut(new PrintWriter(new StringWriter()))
        .execute(words);
    assertThat(err.toString()).contains(why);
    assertThat(code).isEqualTo(ExitCode.USAGE);
  }
}
