#!/usr/bin/env pwsh
<#
.SYNOPSIS
  Builds, tests, measures, shows and packs AppProxy. Needs the .NET SDK of global.json and nothing else.
.EXAMPLE
  ./build.ps1
  Builds everything.
.EXAMPLE
  ./build.ps1 test --filter FullyQualifiedName~Catalogue
  Runs some tests; what follows the target is handed to dotnet or to the program.
.EXAMPLE
  ./build.ps1 demo --urls http://localhost:9000
  Starts gateway, connector and sample app.
#>
param(
    [Parameter(Position = 0)]
    [ValidateSet('build', 'test', 'bench', 'demo', 'pack')]
    [string] $Target = 'build',

    [Parameter(Position = 1, ValueFromRemainingArguments)]
    [string[]] $Arguments = @()
)

$ErrorActionPreference = 'Stop'
$root = $PSScriptRoot

# One array, because PowerShell keeps a bare -- for itself.
function Invoke-DotNet([string[]] $Command) {
    & dotnet @Command
    if ($LASTEXITCODE -ne 0) {
        exit $LASTEXITCODE
    }
}

switch ($Target) {
    'build' { Invoke-DotNet (@('build', "$root/AppProxy.sln") + $Arguments) }
    'test' { Invoke-DotNet (@('test', "$root/AppProxy.sln") + $Arguments) }
    'bench' { Invoke-DotNet (@('run', '--project', "$root/Tests/Benchmarks", '--configuration', 'Release', '--') + $Arguments) }
    'demo' { Invoke-DotNet (@('run', '--project', "$root/Gateway", '--', 'demo') + $Arguments) }
    'pack' {
        # The gateway brings the connector along for the demo; on its own the connector goes to the private side.
        Invoke-DotNet (@('publish', "$root/Gateway", '--configuration', 'Release') + $Arguments)
        Invoke-DotNet (@('publish', "$root/Connector", '--configuration', 'Release') + $Arguments)
        Invoke-DotNet (@('pack', "$root/Tests/Harness", '--configuration', 'Release') + $Arguments)
    }
}
