package io.mobula.cli;

import io.mobula.gpu.probe.HostAcceleratorProbe;
import io.mobula.gpu.probe.ProbeSettings;
import java.io.IOException;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * Command {@code mobula gpus}, which shows the accelerators of this host that a node started here
 * could offer.
 */
@Command(
    name = "gpus",
    description =
        "Shows the accelerators of this host that this process may use, how they are, and how much of"
            + " each a node of Mobula has granted.",
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "CUDA_VISIBLE_DEVICES, ROCR_VISIBLE_DEVICES and HIP_VISIBLE_DEVICES hide devices, as they do"
          + " from programs that use them. " + ProbeSettings.NVML_VARIABLE
          + " is the path of NVIDIA's library where the system does not find it, or off."
    })
final class GpusCommand implements Callable<Integer> {
  @Spec
  private CommandSpec spec;

  @Option(
      names = "--address",
      paramLabel = "HOST:PORT",
      converter = HostAndPort.Converter.class,
      description =
          "A node of the cluster that is asked what it has granted; by default one of this"
              + " user's on this host, if there is one.")
  private @Nullable HostAndPort address;

  @Option(names = "--json", description = "Print JSON, for programs.")
  private boolean json;

  /** Returns exit code 0, also where there is no accelerator; warnings go to standard error. */
  @Override
  public Integer call() throws IOException {
    try (var probe = HostAcceleratorProbe.open(ProbeSettings.ofThisProcess())) {
      var found = probe.probe();
      var report = GpuReport.of(
          found, probe.sample(), found.devices().isEmpty() ? GpuShares.UNKNOWN : shares());
      var err = spec.commandLine().getErr();
      report
          .warnings()
          .forEach(
              warning -> err.println("mobula gpus: " + warning.source() + ": " + warning.cause()));
      err.flush();
      print(report);
      return ExitCode.DONE;
    }
  }

  private GpuShares shares() throws IOException {
    return GpuShares.of(
        address == null ? running() : address.toString(),
        why -> spec.commandLine().getErr().println("mobula gpus: " + why));
  }

  /** Returns the address of a node of this user on this host, or null. */
  private static @Nullable String running() throws IOException {
    for (var node : NodeRegistry.ofThisUser().alive()) {
      return node.entry().address();
    }
    return null;
  }

  private void print(GpuReport report) {
    var out = spec.commandLine().getOut();
    if (json) {
      out.println(report.json());
    } else {
      GpuTable.print(report, out);
    }
    out.flush();
  }
}
