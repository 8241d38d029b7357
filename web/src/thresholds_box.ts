// The sliders that change labels without another pass of the network.
import { by_id, debounced } from "./dom";

/** 0 to 1; 0 is off. */
const share_of = (slider: HTMLInputElement) => Number(slider.value) / 100;

export class ThresholdsBox {
  private readonly unknown_slider = by_id<HTMLInputElement>("unknown");
  private readonly calibration_slider = by_id<HTMLInputElement>("calibration");

  constructor(changed: () => void) {
    const later = debounced(120, changed);
    for (const slider of [this.unknown_slider, this.calibration_slider]) {
      slider.addEventListener("input", () => {
        this.show();
        later();
      });
    }
    this.show();
  }

  /** Pixels whose best score is below it are unknown. */
  get unknown(): number | null {
    return share_of(this.unknown_slider) || null;
  }

  /** What is taken from the probability of seen classes. */
  get calibration(): number {
    return share_of(this.calibration_slider);
  }

  /** Calibration is for lists with a zero-shot split. */
  enable_calibration(possible: boolean): void {
    by_id("calibration-box").hidden = !possible;
  }

  private show(): void {
    for (const slider of [this.unknown_slider, this.calibration_slider]) {
      by_id(`${slider.id}-value`).textContent = share_of(slider) > 0 ? share_of(slider).toFixed(2) : "off";
    }
  }
}
