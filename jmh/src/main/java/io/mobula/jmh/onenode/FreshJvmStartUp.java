package io.mobula.jmh.onenode;

import io.mobula.jmh.measure.TimedOperation;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;

/**
 * Start-up of a node or actor system in a fresh JVM, which prints the time it took. One operation
 * per slice.
 *
 * @param mode what is started: a constant of {@link StartUpProbe}
 */
record FreshJvmStartUp(String name, String mode) implements TimedOperation {
  @Override
  public double nanosPerOperation(long sliceNanos) throws IOException, InterruptedException {
    var command = new ArrayList<String>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(argument -> argument.startsWith("--"))
        .forEach(command::add);
    command.add("-cp");
    command.add(System.getProperty("java.class.path"));
    command.add(StartUpProbe.class.getName());
    command.add(mode);
    var process = new ProcessBuilder(command)
        .redirectError(ProcessBuilder.Redirect.INHERIT)
        .start();
    var said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    int code = process.waitFor();
    return said.lines() // the output may contain log lines, too
        .filter(line -> line.matches("\\d+"))
        .mapToLong(Long::parseLong)
        .findFirst()
        .orElseThrow(() -> new IOException("A JVM that should start " + name + " ended with code "
            + code + " and said no time, but: " + said));
  }
}
