package io.mobula.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.json.JsonMapper;
import io.mobula.gpu.Accelerator;
import io.mobula.gpu.DeviceHealth;
import io.mobula.gpu.DeviceLink;
import io.mobula.gpu.DeviceLoad;
import io.mobula.gpu.DeviceLocation;
import io.mobula.gpu.DeviceModel;
import io.mobula.gpu.DeviceNeighbour;
import io.mobula.gpu.DeviceUsage;
import io.mobula.gpu.GpuProcess;
import io.mobula.gpu.MigInstance;
import io.mobula.gpu.ProbeResult;
import io.mobula.gpu.ProbeWarning;
import io.mobula.gpu.Vendor;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class GpusCommandTest {
  private static final String PROPERTY = "io.mobula.gpu.nvml";

  private static final GpuReport REPORT = GpuReport.of(
      new ProbeResult(
          List.of(
              new Accelerator(
                  0,
                  "GPU-1",
                  new DeviceModel(Vendor.NVIDIA, "NVIDIA H100", 80L << 30, "9.0"),
                  DeviceLocation.at("0000:19:00.0", OptionalInt.of(1))
                      .withNeighbours(List.of(new DeviceNeighbour("MIG-a", DeviceLink.PCI_SWITCH))),
                  DeviceHealth.healthy()),
              new Accelerator(
                  1,
                  "MIG-a",
                  new DeviceModel(Vendor.NVIDIA, "NVIDIA A100 MIG 1g.5gb", 5L << 30, "8.0"),
                  new DeviceLocation(
                      "0000:3b:00.0",
                      OptionalInt.empty(),
                      Optional.of(new MigInstance("GPU-2", 7, 0)),
                      List.of()),
                  DeviceHealth.unhealthy(DeviceHealth.Cause.NEEDS_RESET, "it says so")),
              new Accelerator(
                  2,
                  "declared-2",
                  new DeviceModel(Vendor.DECLARED, "declared", 0, ""),
                  DeviceLocation.unknown(),
                  DeviceHealth.healthy())),
          List.of(new ProbeWarning("nvml", "old"))),
      List.of(new DeviceUsage(
          "GPU-1",
          new DeviceLoad(
              OptionalInt.of(37), OptionalInt.empty(), OptionalLong.of(5), OptionalInt.of(41)),
          List.of(new GpuProcess(42, OptionalLong.of(3))))),
      new GpuShares(Map.of("GPU-1", 0.75)));

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int run(String... arguments) {
    return new CommandLine(new MobulaCommand())
        .setOut(new PrintWriter(out, true))
        .setErr(new PrintWriter(err, true))
        .execute(arguments);
  }

  @AfterEach
  void forget() {
    System.clearProperty(PROPERTY);
  }

  @Test
  void saysThatThereIsNoneAndThatIsNoFailure() {
    System.setProperty(PROPERTY, "off");
    assertThat(run("gpus")).isZero();
    assertThat(run("gpus", "--json")).isZero();
    assertThat(err.toString()).isEmpty();
    assertThat(out.toString().lines().findFirst()).contains("no accelerators found");
  }

  @Test
  void aBrokenDriverIsAWarningAndNoFailure() throws Exception {
    System.setProperty(PROPERTY, "/no/such/library.so");
    assertThat(run("gpus", "--json")).isZero();
    assertThat(err.toString()).contains("mobula gpus: nvml: ").contains("/no/such/library.so");
    var json = new JsonMapper().readTree(out.toString());
    assertThat(json.at("/warnings/0/source").asText()).isEqualTo("nvml");
  }

  @Test
  void refusesOptionsThatAreNone() {
    assertThat(run("gpus", "--jason")).isEqualTo(2);
  }

  @Test
  void peopleSeeALinePerDevice() {
    GpuTable.print(REPORT, new PrintWriter(out, true));
    assertThat(out.toString().lines())
        .containsExactly(
            "index  uuid        model                   memory    shares  health",
            "0      GPU-1       NVIDIA H100             80.0 GiB  0.75    healthy",
            "1      MIG-a       NVIDIA A100 MIG 1g.5gb  5.0 GiB   -       ill: it says so",
            "2      declared-2  declared                ?         -       healthy");
  }

  @Test
  void jsonHasTheNamesThatScriptsRelyOnInAFixedOrder() {
    assertThat(REPORT.json().replaceAll("\\s+", ""))
        .isEqualTo("{\"accelerators\":[{\"index\":0,\"uuid\":\"GPU-1\",\"vendor\":\"nvidia\","
            + "\"model\":\"NVIDIAH100\",\"memory\":85899345920,\"architecture\":\"9.0\","
            + "\"health\":{\"healthy\":true,\"cause\":null,\"reason\":null},\"shares\":0.75,"
            + "\"pci\":\"0000:19:00.0\",\"numa\":1,\"mig\":null,"
            + "\"neighbours\":[{\"uuid\":\"MIG-a\",\"link\":\"pci-switch\"}],"
            + "\"load\":{\"compute\":37,\"memory\":null,\"used\":5,\"celsius\":41,"
            + "\"processes\":[{\"pid\":42,\"memory\":3}]}},"
            + "{\"index\":1,\"uuid\":\"MIG-a\",\"vendor\":\"nvidia\","
            + "\"model\":\"NVIDIAA100MIG1g.5gb\",\"memory\":5368709120,\"architecture\":\"8.0\","
            + "\"health\":{\"healthy\":false,\"cause\":\"needs-reset\",\"reason\":\"itsaysso\"},\"shares\":null,"
            + "\"pci\":\"0000:3b:00.0\",\"numa\":null,"
            + "\"mig\":{\"parent\":\"GPU-2\",\"gpuInstance\":7,\"computeInstance\":0},"
            + "\"neighbours\":[],\"load\":null},"
            + "{\"index\":2,\"uuid\":\"declared-2\",\"vendor\":\"declared\","
            + "\"model\":\"declared\",\"memory\":null,\"architecture\":null,"
            + "\"health\":{\"healthy\":true,\"cause\":null,\"reason\":null},\"shares\":null,"
            + "\"pci\":null,\"numa\":null,\"mig\":null,\"neighbours\":[],\"load\":null}],"
            + "\"warnings\":[{\"source\":\"nvml\",\"cause\":\"old\"}]}");
  }
}
